using Holdfast.Platform;

namespace Holdfast.Carts.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class CartErrors
{
    public static readonly Error Empty = new(422, "cart_empty", "The cart is empty.", "Giỏ hàng đang trống.");
    public static readonly Error Changed = new(409, "cart_changed", "The cart has changed. Look at it again, then check out.",
        "Giỏ hàng vừa thay đổi. Hãy xem lại rồi đặt hàng.");
    public static readonly Error Full = new Error(422, "cart_full", "A cart has no room for more different items.",
        "Giỏ hàng không chứa thêm được mặt hàng khác.").With("maxLines", Cart.MaxLines);
}
