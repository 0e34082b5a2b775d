using Holdfast.Platform;

namespace Holdfast.Orders.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class OrderErrors
{
    public static readonly Error OrdersOpen = new(409, "orders_open",
        "There are orders that have not ended yet. Cancel them, or wait for them.",
        "Vẫn còn đơn hàng chưa kết thúc. Hãy huỷ hoặc chờ các đơn này.");

    public static readonly Error UnknownStore = new(422, "unknown_store", "There is no such store.", "Không có cửa hàng này.");
    public static readonly Error PointsNotRedeemable = new(422, "points_not_redeemable", "This store does not take points.",
        "Cửa hàng này không nhận điểm.");
    public static readonly Error UnknownReservation = new(422, "unknown_reservation", "The store has no such reservation.",
        "Cửa hàng không có lượt giữ hàng này.");
    public static readonly Error DiscountsNotCombinable = new(422, "discounts_not_combinable",
        "These discount codes cannot be used together.", "Không thể dùng các mã giảm giá này cùng nhau.");
    public static readonly Error MetadataTooLarge = new(422, "metadata_too_large", "An order's metadata may have 8 KiB.",
        "Metadata của đơn hàng tối đa 8 KiB.");
    public static readonly Error ExternalIdForbidden = new(403, "external_id_forbidden",
        "Only those who work for the store may give an order an externalId.",
        "Chỉ người làm việc cho cửa hàng mới được đặt externalId cho đơn hàng.");
    public static readonly Error TooManyEdits = new(409, "too_many_edits",
        "This order has been changed too often; ask the shop for further changes.",
        "Đơn hàng đã được sửa quá nhiều lần; hãy nhờ cửa hàng sửa tiếp.");
    public static readonly Error TotalTooLarge = new(422, "total_too_large", "The total is too large.", "Tổng tiền quá lớn.");
    public static readonly Error ExternalIdTaken = new(409, "external_id_taken", "Another order of the store has this externalId.",
        "Một đơn hàng khác của cửa hàng đã dùng externalId này.");
    public static readonly Error CurrencyMismatch = new(422, "currency_mismatch", "The payment's currency is not the order's.",
        "Loại tiền thanh toán khác với đơn hàng.");
    public static readonly Error TransactionConflict = new(409, "transaction_conflict",
        "This transaction is recorded already, with another amount or for another order.",
        "Giao dịch này đã được ghi nhận với số tiền khác hoặc cho đơn hàng khác.");
    public static readonly Error PaymentNameMalformed = new(422, "payment_name_malformed",
        "A provider's name has 1 to 60 of a to z, 0 to 9 and _; a transaction needs an id.",
        "Tên nhà cung cấp gồm 1 đến 60 ký tự a đến z, 0 đến 9 và _; giao dịch phải có mã.");
    public static readonly Error PaymentTooLarge = new(422, "payment_too_large", "The amounts of this order's payments are too large.",
        "Số tiền thanh toán quá lớn.");
    public static readonly Error VersionConflict = new(412, "precondition_failed",
        "The order has changed since you read it. Read it again.", "Đơn hàng đã thay đổi. Hãy đọc lại.");
    public static readonly Error VersionRequired = new(428, "precondition_required",
        "Send If-Match with the ETag you read, or the version.", "Hãy gửi If-Match với ETag đã đọc, hoặc version.");
    public static readonly Error NotEditable = new(409, "not_editable", "The order has been shipped or has ended; it cannot be changed.",
        "Đơn hàng đã giao đi hoặc đã kết thúc, không thể sửa.");
    public static readonly Error NotEnded = new(409, "order_not_ended", "Only an order that has ended can be deleted.",
        "Chỉ có thể xoá đơn hàng đã kết thúc.");
    public static readonly Error MoneyMoved = new(409, "money_moved", "Money has moved for this order: it is kept.",
        "Đơn hàng đã phát sinh thanh toán nên được giữ lại.");
    public static readonly Error StockMoved = new(409, "stock_moved", "Goods of this order have left the house: it is kept.",
        "Hàng của đơn này đã xuất kho nên đơn được giữ lại.");

    public static Error TooManyPending(int limit) =>
        new Error(422, "too_many_pending_orders", "Pay for the orders that are open, or cancel them, before placing another.",
        "Hãy thanh toán hoặc huỷ các đơn hàng đang chờ trước khi đặt thêm.")
            .With("limit", limit);

    // How much is held or was bought already is not told: whoever asks need not be the one who did.
    public static Error TooManyHeld(long limit) =>
        new Error(422, "too_many_held", "This is more than one customer may hold without paying.",
        "Vượt quá số lượng mỗi khách được giữ khi chưa thanh toán.")
            .With("limit", limit);

    public static Error PurchaseLimit(Guid variantId, int limit) =>
        new Error(422, "purchase_limit", "This is more than one customer may buy.", "Vượt quá số lượng mỗi khách được mua.")
            .With("variantId", variantId).With("purchaseLimit", limit);

    public static Error PrepaymentRequired(Guid variantId) =>
        new Error(422, "prepayment_required", "Too many pieces of this item are held without payment. Pay at once to get it.",
        "Mặt hàng này đang được giữ nhiều khi chưa thanh toán nên hiện chỉ bán khi thanh toán ngay.")
            .With("variantId", variantId);

    public static Error PaymentMethodNotAllowed(IReadOnlyList<PaymentMethod> allowed) =>
        new Error(422, "payment_method_not_allowed", "These goods cannot be paid in this way.",
        "Không thể thanh toán các mặt hàng này theo cách này.")
            .With("allowed", allowed.Select(Names.Of).ToArray());

    public static Error TotalChanged(object quote) =>
        new Error(409, "total_changed", "The total is not what you expected; here is the new one.",
        "Tổng tiền đã thay đổi; đây là số mới.").With("quote", quote);

    public static Error IllegalTransition(OrderStatus from, OrderStatus to) =>
        new Error(409, "illegal_transition", "The order cannot go from its status to this one.",
        "Đơn hàng không thể chuyển sang trạng thái này.")
            .With("from", Names.Of(from)).With("to", Names.Of(to));

    public static Error QuantityTooLarge(Guid variantId, long open) =>
        new Error(422, "quantity_too_large", "This is more than the order has open of the variant.",
        "Số lượng lớn hơn phần còn lại của đơn hàng.")
            .With("variantId", variantId).With("open", open);

    public static Error OrderIsShort(IReadOnlyList<Guid> variants) =>
        new Error(409, "order_short", "Stock for this order is missing; it cannot be shipped yet.",
        "Đơn hàng đang thiếu hàng, chưa thể giao.").With("variantIds", variants);
}
