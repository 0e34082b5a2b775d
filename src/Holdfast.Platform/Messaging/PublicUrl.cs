
namespace Holdfast.Platform.Messaging;

/// <summary>Where customers reach the shop's pages: links in mails begin so. Without a slash at the end.</summary>
public sealed record PublicUrl(string Base)
{
    /// <summary>A link to a page with one parameter, which is escaped.</summary>
    public string Link(string page, string name, string value) => $"{Base}/{page}?{name}={Uri.EscapeDataString(value)}";
}
