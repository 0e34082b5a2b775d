
namespace Holdfast.Identity.SignIn;

/// <summary>
/// What the shop is called: names that everybody knows and that are therefore no passwords. Asked when somebody chooses one.
/// </summary>
public sealed record ShopWords(Func<Task<IReadOnlyList<string>>> Read);
