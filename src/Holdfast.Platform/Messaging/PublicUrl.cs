
namespace Holdfast.Platform.Messaging;

/// <summary>The address of the shop's pages: links in mails begin with it. It has no slash at the end.</summary>
public sealed record PublicUrl(string Base)
{
    /// <summary>Returns a link to a page with one parameter, which is escaped.</summary>
    public string Link(string page, string name, string value) => $"{Base}/{page}?{name}={Uri.EscapeDataString(value)}";
}
