using Holdfast.Platform;

namespace Holdfast.Configuration;

/// <summary>The files that this installation keeps on disk: the SQLite database, and mails where no server takes them.</summary>
internal static class DataFiles
{
    private const string DefaultFolder = "data";

    // The database, and what SQLite keeps beside it.
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal"];

    /// <summary>
    /// Takes the rights of other users away from what an earlier release, or an earlier umask, left open to them. A directory that holds
    /// other things, too, such as <c>/tmp</c>, stays as it is. What was done, in one line; null where there was nothing to do.
    /// </summary>
    public static string? Tighten(Settings settings, bool withMails)
    {
        var (tightened, refused) = (new List<string>(), (string?)null);
        foreach (var path in Paths(settings, withMails))
        {
            try
            {
                if (PrivateFiles.Tighten(path))
                {
                    tightened.Add(path);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refused ??= $"{path} can be read by other users, and stays so: {e.Message}";
            }
        }

        return tightened.Count == 0 ? refused
            : $"other users could read {tightened[0]}{(tightened.Count == 1 ? "" : $" and {tightened.Count - 1} more")}: directories "
                + $"are 0700 and files 0600 now{(refused is null ? "" : $"; {refused}")}";
    }

    private static IEnumerable<string> Paths(Settings settings, bool withMails)
    {
        if (settings.DatabaseUrl.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            var database = Path.GetFullPath(settings.DatabaseUrl["sqlite:".Length..]);
            if (Path.GetDirectoryName(database) is { } folder
                && (folder == Path.GetFullPath(DefaultFolder) || HoldsNothingElse(folder, database)))
            {
                yield return folder;
            }

            foreach (var companion in Companions)
            {
                yield return database + companion;
            }
        }

        if (withMails && settings.Mail.Server is null && Directory.Exists(settings.Mail.Folder))
        {
            yield return Path.GetFullPath(settings.Mail.Folder);
            foreach (var mail in Directory.EnumerateFiles(Path.GetFullPath(settings.Mail.Folder), "*.eml"))
            {
                yield return mail;
            }
        }
    }

    private static bool HoldsNothingElse(string folder, string database) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).All(e => e.StartsWith(database, StringComparison.Ordinal));
}
