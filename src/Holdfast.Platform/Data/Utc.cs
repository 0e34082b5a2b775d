
namespace Holdfast.Platform.Data;

/// <summary>Times are UTC everywhere. A time of another kind is a bug that would move a moment by hours.</summary>
internal static class Utc
{
    public static DateTime Checked(DateTime time) =>
        time.Kind == DateTimeKind.Utc ? time : throw new ArgumentException($"{time:O} is not UTC");
}
