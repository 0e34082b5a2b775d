using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>The payment methods of an order: those that its store offers and that every product in it allows.</summary>
public static class PaymentMethodRule
{
    private static readonly PaymentMethod[] All = [PaymentMethod.Online, PaymentMethod.BankTransfer, PaymentMethod.CashOnDelivery];

    /// <summary>The allowed methods, in the order in which one is chosen if the order names none.</summary>
    public static IReadOnlyList<PaymentMethod> Allowed(PlaceCommand command, PlacementBooks books) => [.. All.Where(method =>
        IsIn(books.Stores[command.StoreId].PaymentMethods, method)
        && command.Lines.All(l => !books.Variants.TryGetValue(l.VariantId, out var variant) || IsIn(variant.PaymentMethods, method)))];

    /// <summary>The method that the order named, or the first allowed one.</summary>
    public static PaymentMethod Of(PlaceCommand command, PlacementBooks books) => command.PaymentMethod
        ?? (IsFree(command, books) ? PaymentMethod.Online : Allowed(command, books) is [var first, ..] ? first : PaymentMethod.Online);

    /// <summary>Returns why the method is refused. Never refuses if there is nothing to pay, or if the caller works for the shop.</summary>
    public static Error? Obstacle(PlaceCommand command, PaymentMethod method, long total, PlacementBooks books)
    {
        if (total == 0 || !command.IsCapped || IsFree(command, books))
        {
            return null;
        }

        var allowed = Allowed(command, books);
        return allowed.Contains(method) ? null : OrderErrors.PaymentMethodNotAllowed(allowed);
    }

    /// <summary>Whether neither the store nor a product restricts the methods, which is the usual case.</summary>
    private static bool IsFree(PlaceCommand command, PlacementBooks books) => books.Stores[command.StoreId].PaymentMethods is null
        && command.Lines.All(l => !books.Variants.TryGetValue(l.VariantId, out var variant) || variant.PaymentMethods is null);

    private static bool IsIn(IReadOnlyList<PaymentMethod>? methods, PaymentMethod method) => methods is null || methods.Contains(method);
}
