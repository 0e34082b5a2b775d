using Holdfast.Platform;

namespace Holdfast.Inventory.Core;

/// <summary>Every rejection of this module.</summary>
public static class InventoryErrors
{
    public static readonly Error InsufficientStock = new(409, "insufficient_stock", "There is not enough stock for this.", "Không đủ hàng trong kho.");
    public static readonly Error StockBelowZero = new(409, "stock_below_zero", "This would bring the stock on hand below zero.", "Thao tác này sẽ làm tồn kho âm.");
    public static readonly Error ReceiptConflict = new(409, "receipt_conflict", "This reference was used for a receipt of another quantity.", "Mã tham chiếu này đã được dùng cho một phiếu nhập với số lượng khác.");
    public static readonly Error UnknownVariant = new(422, "unknown_variant", "There is no such variant.", "Không có biến thể sản phẩm này.");
    public static readonly Error VariantNotForSale = new(422, "variant_not_for_sale", "This variant is not for sale.", "Biến thể sản phẩm này không được bán.");
    public static readonly Error SeveralStores = new(422, "several_stores", "All lines of a reservation must be of one store.", "Mọi dòng của một lượt giữ hàng phải thuộc cùng một cửa hàng.");
    public static readonly Error ReservationReleased = new(409, "reservation_released", "This reservation was released.", "Lượt giữ hàng này đã được trả lại.");
    public static readonly Error ReservationExpired = new(409, "reservation_expired", "This reservation has expired.", "Lượt giữ hàng này đã hết hạn.");
    public static readonly Error ReservationCommitted = new(409, "reservation_committed", "This reservation was committed.", "Lượt giữ hàng này đã được xuất kho.");
    public static readonly Error ReservationConsumed = new(409, "reservation_consumed", "An order has taken over this reservation.", "Một đơn hàng đã sử dụng lượt giữ hàng này.");
    public static readonly Error ReservationShort = new(409, "reservation_short", "Stock was lost after this was reserved: the reservation is short until a receipt fills it.", "Hàng đã bị thiếu sau khi giữ: cần nhập thêm hàng trước khi xuất kho.");
}
