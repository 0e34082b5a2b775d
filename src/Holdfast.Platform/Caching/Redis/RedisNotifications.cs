using System.Globalization;
using Holdfast.Platform.Caching.Local;

namespace Holdfast.Platform.Caching.Redis;

/// <summary>
/// The messages that are published to all processes: invalidated names, numbered, and each process's own pings, which carry the number. If
/// a message is missing, or the numbers begin again, memory is emptied.
/// </summary>
internal sealed class RedisNotifications(MemoryLevel memory, string node, Action<long> pinged)
{
    private readonly Lock _gate = new();
    private string? _epoch;
    private long _sequence;

    /// <summary>Handles one message; a message that it does not understand is ignored.</summary>
    public void Take(string message)
    {
        var end = message.IndexOf('\n', StringComparison.Ordinal);
        var words = (end < 0 ? message : message[..end]).Split(' ');
        if (words.Length < 3 || !long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return;
        }

        if (words[0] == "drop" && end >= 0)
        {
            Follow(words[1], sequence, isCounted: true);
            memory.Drop(message[(end + 1)..].Split('\n'));
        }
        else if (words is ["ping", _, _, var sender, var time])
        {
            Follow(words[1], sequence, isCounted: false);
            if (sender == node && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var sent))
            {
                pinged(sent);
            }
        }
    }

    private void Follow(string epoch, long sequence, bool isCounted)
    {
        lock (_gate)
        {
            if (epoch != _epoch || sequence > _sequence + (isCounted ? 1 : 0))
            {
                memory.Clear();
                (_epoch, _sequence) = (epoch, sequence);
            }
            else
            {
                _sequence = Math.Max(_sequence, sequence);
            }
        }
    }
}
