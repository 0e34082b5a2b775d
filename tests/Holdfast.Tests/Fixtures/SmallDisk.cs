using System.Diagnostics;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// A disk of a few megabytes, to be filled up: a file system in memory. A small shell watches over it: when this process ends, however that
/// happens, it is taken away.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const string Watch = """
        trap '' INT TERM HUP
        mount -t tmpfs -o "size=$1" tmpfs "$0" && echo mounted || echo refused
        cat > /dev/null
        umount -l "$0"
        rmdir "$0"
        """;

    private readonly Process _watch;

    private SmallDisk(string folder, Process watch) => (Folder, _watch) = (folder, watch);

    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Skips the calling test, aloud, where this user may not mount anything.</summary>
    public static async Task<SmallDisk> MakeAsync(string size)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-disk-").FullName;
        var watch = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watch, folder, size])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var disk = new SmallDisk(folder, watch);
        if (await watch.StandardOutput.ReadLineAsync() != "mounted")
        {
            await disk.DisposeAsync();
            Assert.Skip("a disk that can be filled up has to be mounted, which needs root with CAP_SYS_ADMIN");
        }

        return disk;
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 2)
        {
            WriteAll(file, new byte[size]);
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        _watch.StandardInput.Close();
        await _watch.WaitForExitAsync();
        _watch.Dispose();
    }

    private static void WriteAll(FileStream file, byte[] bytes)
    {
        try
        {
            while (true)
            {
                file.Write(bytes);
            }
        }
        catch (IOException)
        {
            // No room for so many.
        }
    }
}
