using System.Collections.Concurrent;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Identity.Tokens;

/// <summary>
/// Tokens whose signature has been checked, until they expire. One is found by a hash of the end of its signature and then compared whole,
/// which costs less than a hash over all of it. Bounded; when it is full, expired ones go, and where that is not enough, all.
/// </summary>
internal sealed class TokenCache(int maxCharacters)
{
    private readonly ConcurrentDictionary<string, (Caller Caller, int Generation, DateTime Expires)> _known = new(new BySignature());
    private int _characters;

    /// <summary>Returns the caller of a checked token, and the generation of tokens that the account had then.</summary>
    public (Caller Caller, int Generation)? Find(string token, DateTime now) => _known.TryGetValue(token, out var entry)
        && entry.Expires > now ? (entry.Caller, entry.Generation) : null;

    public void Add(string token, Caller caller, int generation, DateTime expires, DateTime now)
    {
        if (Volatile.Read(ref _characters) + token.Length > maxCharacters)
        {
            MakeRoom(now);
        }

        if (_known.TryAdd(token, (caller, generation, expires)))
        {
            Interlocked.Add(ref _characters, token.Length);
        }
        else
        {
            // It was checked again, because its generation had ended.
            _known[token] = (caller, generation, expires);
        }
    }

    private void MakeRoom(DateTime now)
    {
        lock (_known)
        {
            var left = 0;
            foreach (var (token, entry) in _known)
            {
                if (entry.Expires <= now)
                {
                    _known.TryRemove(token, out _);
                }
                else
                {
                    left += token.Length;
                }
            }

            // Room for one alone would be made again for every next one.
            if (left > maxCharacters / 2)
            {
                _known.Clear();
                left = 0;
            }

            Volatile.Write(ref _characters, left);
        }
    }

    /// <summary>
    /// The hash is the runtime's own, keyed at random for each process: nobody can make tokens that fall into one bucket.
    /// </summary>
    private sealed class BySignature : IEqualityComparer<string>
    {
        private const int Enough = 43;

        public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

        public int GetHashCode(string token) => string.GetHashCode(token.AsSpan(Math.Max(0, token.Length - Enough)));
    }
}
