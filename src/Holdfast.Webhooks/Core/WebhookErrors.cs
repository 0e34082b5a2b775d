using Holdfast.Platform;

namespace Holdfast.Webhooks.Core;

/// <summary>Every rejection of this module, named.</summary>
public static class WebhookErrors
{
    /// <summary>How many a store may have.</summary>
    public const int MaxEndpoints = 20;

    public static readonly Error TooMany = new(409, "too_many_webhook_endpoints",
        $"A store may have {MaxEndpoints} webhook endpoints. Delete one first.",
        $"Một cửa hàng chỉ có tối đa {MaxEndpoints} địa chỉ webhook. Hãy xoá bớt trước.");

    public static readonly Error Paused = new(409, "webhook_endpoint_paused",
        "Nothing is sent to this endpoint while it is paused. Resume it first.",
        "Địa chỉ webhook này đang tạm dừng. Hãy kích hoạt lại trước.");
}
