using System.Globalization;
using Holdfast.Platform.Data;
using Holdfast.Platform.Text;

namespace Holdfast.Orders.Placement;

/// <summary>
/// Order numbers that people can read out: twelve characters of Crockford's base 32 (no I, L, O, U) in three groups, e.g.
/// <c>1Q7M-8ZK4-20RD</c>. 60 bits: 41 of milliseconds since 2024, 10 that tell processes apart, 9 that count. No counter in the database;
/// they sort by time and do not tell how many orders there are. Each process claims its number in <c>order_number_claims</c> for an hour at
/// a time, so that those of two processes never meet. The unique index has the last word: an order whose number is taken is placed again
/// with another.
/// </summary>
public sealed class OrderNumbers(TimeProvider time)
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly long Epoch = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private const int Processes = 1024;
    private const int Tries = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private readonly Guid _holder = Guid.CreateVersion7();
    private readonly SemaphoreSlim _claiming = new(1, 1);
    private long _process = Random.Shared.Next(Processes);
    private long _claimedAt;
    private volatile bool _isClaimed;
    private long _last;

    /// <summary>
    /// Makes sure that no other process uses this one's number during the next half hour. A look at the clock, but for once in half an
    /// hour. Where 1,024 processes hold one, a number is drawn by chance.
    /// </summary>
    public async ValueTask ClaimAsync(Db db)
    {
        if (IsFresh)
        {
            return;
        }

        await _claiming.WaitAsync();
        try
        {
            if (!IsFresh)
            {
                var began = time.GetTimestamp();
                _process = await ClaimNumberAsync(db);
                Interlocked.Exchange(ref _claimedAt, began);
                _isClaimed = true;
            }
        }
        finally
        {
            _claiming.Release();
        }
    }

    private bool IsFresh => _isClaimed && time.GetElapsedTime(Interlocked.Read(ref _claimedAt)) < Lease / 2;

    private async Task<long> ClaimNumberAsync(Db db)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var claimed = await db.WriteAsync(async tx =>
            {
                var now = await tx.NowAsync();
                var claims = await tx.QueryAsync("SELECT process, holder FROM order_number_claims WHERE expires_at >= $1",
                    r => (Process: r.Int(0), Holder: r.Uuid(1)), now);
                var taken = claims.Where(h => h.Holder != _holder).Select(h => h.Process).ToHashSet();
                var free = Enumerable.Range(0, Processes).Where(n => !taken.Contains(n)).ToList();
                if (free.Count == 0)
                {
                    return Random.Shared.Next(Processes);
                }

                // Drawn where another process was faster: many that start together do not race for each number.
                var mine = claims.Where(h => h.Holder == _holder).Select(h => h.Process)
                    .DefaultIfEmpty(free[tries == 0 ? 0 : Random.Shared.Next(free.Count)]).First();

                // Whoever claims the same at this moment waits for the row, and then finds it held.
                return (await tx.QueryAsync(
                    "INSERT INTO order_number_claims (process, holder, expires_at) VALUES ($1, $2, $3) ON CONFLICT (process) DO UPDATE "
                    + "SET holder = excluded.holder, expires_at = excluded.expires_at WHERE order_number_claims.expires_at < $4 OR "
                    + "order_number_claims.holder = excluded.holder "
                    + "RETURNING process", r => (int?)r.Int(0), mine, _holder, now + Lease, now)).FirstOrDefault();
            });
            if (claimed is { } number)
            {
                return number;
            }
        }

        return Random.Shared.Next(Processes);
    }

    /// <summary>A number that this process has not given before. May be called from many threads.</summary>
    public string Next()
    {
        // Milliseconds and counter are one number that only grows: a busy millisecond borrows from the next.
        var floor = (time.GetUtcNow().ToUnixTimeMilliseconds() - Epoch) << 9;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(floor, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        return Format(((next >> 9) << 19) | (Interlocked.Read(ref _process) << 9) | (next & 511));
    }

    /// <summary>
    /// A number as it is stored, from however somebody typed or copied it: with a # before it, as mails write it, in lower case, without
    /// dashes or with others, O for 0, I or L for 1.
    /// Null when it is none.
    /// </summary>
    public static string? Parse(string text)
    {
        var trimmed = UnicodeText.Plain(text).Trim();
        var digits = string.Concat((trimmed.StartsWith('#') ? trimmed[1..] : trimmed).Where(c => !char.IsWhiteSpace(c)
            && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.DashPunctuation))
            .ToUpperInvariant().Replace('O', '0').Replace('I', '1').Replace('L', '1');
        return digits.Length == 12 && digits.All(c => Alphabet.Contains(c, StringComparison.Ordinal))
            ? $"{digits[..4]}-{digits[4..8]}-{digits[8..]}" : null;
    }

    private static string Format(long value) => string.Create(14, value, static (text, number) =>
    {
        for (var i = 13; i >= 0; i--)
        {
            if (i is 4 or 9)
            {
                text[i] = '-';
                continue;
            }

            text[i] = Alphabet[(int)(number & 31)];
            number >>= 5;
        }
    });
}
