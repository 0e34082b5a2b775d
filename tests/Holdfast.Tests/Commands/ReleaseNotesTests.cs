using System.Diagnostics;
using Holdfast.Tests.Tidy;

namespace Holdfast.Tests.Commands;

/// <summary>The notes of a release are the section of its version in the changelog; a release without one is refused.</summary>
public sealed class ReleaseNotesTests
{
    [Theory]
    [InlineData("Unreleased", true)]
    [InlineData("9.9.9", false)]
    [InlineData("Unrel", false)]
    public async Task A_version_has_notes_or_no_release(string version, bool has)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, ".github", "release-notes"), [version])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var notes = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(has ? 0 : 1, process.ExitCode);
        Assert.Equal(has, notes.Contains("- Orders:", StringComparison.Ordinal));
        Assert.Equal(!has, (await error).Contains($"has no section '## {version}'", StringComparison.Ordinal));
    }
}
