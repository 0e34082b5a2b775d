using Holdfast.Platform;

namespace Holdfast.Promotions.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class PromotionErrors
{
    public static readonly Error Unknown = new(422, "discount_unknown", "There is no such discount code.", "Không có mã giảm giá này.");
    public static readonly Error NotActive = new(422, "discount_not_active", "This discount code cannot be used at present.",
        "Mã giảm giá này hiện không sử dụng được.");
    public static readonly Error NotApplicable = new(422, "discount_not_applicable", "The discount code is for other goods.",
        "Mã giảm giá không áp dụng cho các sản phẩm này.");
    public static readonly Error UsedUp = new(422, "discount_used_up", "This discount code has been used as often as it may be.",
        "Mã giảm giá này đã hết lượt sử dụng.");
    public static readonly Error UnknownStore = new(422, "unknown_store", "There is no such store.", "Không có cửa hàng này.");
    public static readonly Error CodeTaken = new(409, "discount_code_taken", "There is a discount code of this name already.",
        "Mã giảm giá này đã tồn tại.");

    public static Error MinimumNotMet(long minimumSubtotal) =>
        new Error(422, "discount_minimum_not_met", "The goods that this discount code is for do not reach its minimum.",
        "Giá trị hàng được áp dụng chưa đạt mức tối thiểu của mã giảm giá.")
            .With("minimumSubtotal", minimumSubtotal);

    public static Error LimitBelowUses(string field, long uses) =>
        new Error(409, "discount_limit_below_uses", "The code has been used more often than this limit allows.",
        "Mã giảm giá đã được sử dụng nhiều hơn giới hạn này.")
            .With("field", field).With("uses", uses);
}
