
namespace Holdfast.Platform.Mail;

/// <summary>A line of goods or of a sum: what it is, perhaps something smaller below it, and an amount.</summary>
/// <param name="Strong">The row is the sum of the others.</param>
public sealed record EmailTemplateRow(string Left, string? Small, string Right, bool Strong = false);
