using Holdfast.Platform;

namespace Holdfast.Inventory.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class InventoryErrors
{
    public static readonly Error SeveralStores = new(422, "several_stores", "All lines of a reservation must be of one store.",
        "Mọi dòng của một lượt giữ hàng phải thuộc cùng một cửa hàng.");
    public static readonly Error ReservationReleased = new(409, "reservation_released", "This reservation was released.",
        "Lượt giữ hàng này đã được trả lại.");
    public static readonly Error ReservationExpired = new(409, "reservation_expired", "This reservation has expired.",
        "Lượt giữ hàng này đã hết hạn.");
    public static readonly Error ReservationCommitted = new(409, "reservation_committed", "This reservation was committed.",
        "Lượt giữ hàng này đã được xuất kho.");
    public static readonly Error ReservationConsumed = new(409, "reservation_consumed", "An order has taken this reservation over.",
        "Một đơn hàng đã sử dụng lượt giữ hàng này.");

    public static Error InsufficientStock(IReadOnlyList<Shortage> shortages) =>
        new Error(409, "insufficient_stock", "There is not enough stock.", "Không đủ hàng trong kho.").With("shortages", shortages);

    public static Error UnknownVariant(IReadOnlyList<Guid> variants) =>
        new Error(422, "unknown_variant", "There is no such variant.", "Không có sản phẩm này.").With("variantIds", variants);

    public static Error NotForSale(IReadOnlyList<Guid> variants) =>
        new Error(422, "variant_not_for_sale", "A variant is not for sale.", "Có sản phẩm hiện không bán.").With("variantIds", variants);

    public static Error StockBelowZero(long onHand) =>
        new Error(409, "stock_below_zero", "This would bring the stock on hand below zero.",
        "Thao tác này sẽ làm tồn kho âm.").With("onHand", onHand);

    public static Error ReceiptConflict(long quantity) =>
        new Error(409, "receipt_conflict", "This reference was used for a receipt of another quantity.",
        "Mã tham chiếu này đã được dùng cho một phiếu nhập với số lượng khác.")
            .With("quantity", quantity);

    public static Error ReservationShort(IReadOnlyList<Guid> variants) =>
        new Error(409, "reservation_short", "Stock for this reservation is missing; it cannot be committed until a receipt fills it.",
            "Lượt giữ hàng này đang thiếu hàng, chưa thể xuất kho cho đến khi nhập thêm.").With("variantIds", variants);
}
