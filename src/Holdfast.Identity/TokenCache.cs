using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Platform.Http;

namespace Holdfast.Identity;

/// <summary>
/// Tokens whose signature has been checked, by their SHA-256, until they expire: repeated use costs a hash instead of a signature check.
/// Bounded; when it is full, expired ones go, and where that is not enough, all.
/// </summary>
internal sealed class TokenCache(int capacity)
{
    private readonly ConcurrentDictionary<Digest, (Caller Caller, DateTime Expires)> _known = new();
    private int _count;

    public Caller? Find(string token, DateTime now) => _known.TryGetValue(Digest.Of(token), out var entry) && entry.Expires > now ? entry.Caller : null;

    public void Add(string token, Caller caller, DateTime expires, DateTime now)
    {
        if (Volatile.Read(ref _count) >= capacity)
        {
            MakeRoom(now);
        }

        if (_known.TryAdd(Digest.Of(token), (caller, expires)))
        {
            Interlocked.Increment(ref _count);
        }
    }

    private void MakeRoom(DateTime now)
    {
        lock (_known)
        {
            foreach (var (digest, entry) in _known)
            {
                if (entry.Expires <= now)
                {
                    _known.TryRemove(digest, out _);
                }
            }

            if (_known.Count >= capacity)
            {
                _known.Clear();
            }

            Volatile.Write(ref _count, _known.Count);
        }
    }

    private readonly record struct Digest(UInt128 First, UInt128 Second)
    {
        public static Digest Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
            return new Digest(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        }
    }
}
