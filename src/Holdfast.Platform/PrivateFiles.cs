using System.Runtime.InteropServices;

namespace Holdfast.Platform;

/// <summary>
/// Files with personal data or keys. Only their user can read them (0600), and their directories (0700). On Windows they inherit the
/// permissions of the directory.
/// </summary>
public static partial class PrivateFiles
{
    /// <summary>The mode of files.</summary>
    public const UnixFileMode OfFiles = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode of directories.</summary>
    public const UnixFileMode OfDirectories = OfFiles | UnixFileMode.UserExecute;

    private const uint NobodyElse = 0b000_111_111;

    /// <summary>
    /// Makes everything that this process and its children create from now on private to their user, including what libraries create
    /// (SQLite, mail).
    /// </summary>
    public static void BeTheDefault()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(NobodyElse);
        }
    }

    /// <summary>Returns the directory; makes it and its parents if they are missing.</summary>
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

    /// <summary>Opens a new file for writing; an existing file is emptied and becomes private.</summary>
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

    /// <summary>Removes the permissions of other users from an existing file or directory. Returns whether there were any.</summary>
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
