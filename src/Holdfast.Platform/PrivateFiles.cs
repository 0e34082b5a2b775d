using System.Runtime.InteropServices;

namespace Holdfast.Platform;

/// <summary>
/// Files with personal data or keys in them: their user's alone (0600), in directories that are so (0700). On Windows the rights of the
/// directory are inherited.
/// </summary>
public static partial class PrivateFiles
{
    /// <summary>The mode of files.</summary>
    public const UnixFileMode OfFiles = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode of directories.</summary>
    public const UnixFileMode OfDirectories = OfFiles | UnixFileMode.UserExecute;

    private const uint NobodyElse = 0b000_111_111;

    /// <summary>
    /// Whatever this process and its children create from now on is their user's alone, also what libraries create (SQLite, mail).
    /// </summary>
    public static void BeTheDefault()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(NobodyElse);
        }
    }

    /// <summary>The directory, made with its parents where it is missing.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OfDirectories);
        }
    }

    /// <summary>A new file to write; one that is there is emptied and becomes private.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OfFiles;
        }

        var stream = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(stream.SafeFileHandle, OfFiles);
        }

        return stream;
    }

    /// <summary>Makes an empty file where there is nothing.</summary>
    public static void Ensure(string path)
    {
        if (!Path.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OfFiles;
            }

            new FileStream(path, options).Dispose();
        }
    }

    /// <summary>Takes the rights of others away from a file or directory that is there; whether there were any.</summary>
    public static bool Tighten(string path)
    {
        if (OperatingSystem.IsWindows() || !Path.Exists(path))
        {
            return false;
        }

        var (mode, allowed) = (File.GetUnixFileMode(path), Directory.Exists(path) ? OfDirectories : OfFiles);
        if ((mode & ~allowed) == 0)
        {
            return false;
        }

        File.SetUnixFileMode(path, mode & allowed);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
