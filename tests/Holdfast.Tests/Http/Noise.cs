namespace Holdfast.Tests.Http;

/// <summary>Bodies that nobody meant.</summary>
internal static class Noise
{
    /// <summary>Noise, or a good body with some of its bytes changed, dropped or doubled.</summary>
    public static byte[] Of(Random random, byte[] good)
    {
        if (random.Next(3) == 0)
        {
            var noise = new byte[random.Next(0, 300)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = good.ToList();
        for (var changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, "\"\\{}[]:,0-1e\0"u8.ToArray().OrderBy(_ => random.Next()).Take(3));
                    break;
            }
        }

        return [.. bytes];
    }
}
