namespace Holdfast.Platform;

/// <summary>The rejections that are not any module's own.</summary>
public static class Errors
{
    public static readonly Error NotFound = new(404, "not_found", "There is no such resource.", "Không tìm thấy tài nguyên này.");
    public static readonly Error MethodNotAllowed = new(405, "method_not_allowed", "This resource does not answer to this method.",
        "Tài nguyên này không hỗ trợ phương thức này.");
    public static readonly Error Unauthenticated = new(401, "unauthenticated",
        "Sign in first: send a valid access token as Authorization: Bearer.",
        "Vui lòng đăng nhập: gửi mã truy cập hợp lệ trong Authorization: Bearer.");
    public static readonly Error Forbidden = new(403, "forbidden", "Your role does not allow this.",
        "Vai trò của bạn không được phép làm việc này.");
    public static readonly Error ScopeMissing = new(403, "scope_missing", "This API key lacks the scope that is named in scope.",
        "Khoá API này thiếu quyền được nêu trong scope.");
    public static readonly Error Busy = new(503, "busy",
        "This cannot be done just now: others are waiting for the same, or it is not ready. Try again in a moment.",
        "Hiện chưa thực hiện được do hệ thống đang bận. Vui lòng thử lại sau giây lát.");
    public static readonly Error RateLimited = new(429, "rate_limited",
        "Too many requests of this kind in a short time. Wait for as long as Retry-After says.",
        "Quá nhiều yêu cầu loại này trong thời gian ngắn. Hãy chờ theo Retry-After.");
    public static readonly Error Unavailable = new(503, "database_unavailable",
        "The database cannot be used at this moment. Try again shortly.",
        "Hiện chưa dùng được cơ sở dữ liệu. Vui lòng thử lại sau giây lát.");
    public static readonly Error OutcomeUnknown = new(503, "outcome_unknown",
        "The outcome is not known yet. Repeat the request with the same Idempotency-Key.",
        "Chưa biết kết quả. Hãy gửi lại yêu cầu với cùng Idempotency-Key.");
    public static readonly Error Unstorable = new(422, "unstorable_value", "A value of this request cannot be stored.",
        "Một giá trị trong yêu cầu không thể lưu được.");
    public static readonly Error Internal = new(500, "internal_error", "Something went wrong on our side.", "Đã có lỗi từ phía hệ thống.");
    public static readonly Error RequestTimeout = new(408, "request_timeout", "The request did not arrive in time.",
        "Yêu cầu không đến kịp thời gian.");
    public static readonly Error TooLarge = new(413, "body_too_large",
        "The body is larger than this resource takes; maxBytes says how much that is.",
        "Nội dung yêu cầu lớn hơn mức cho phép; maxBytes cho biết giới hạn.");
    public static readonly Error InvalidJson = new(400, "invalid_json", "The body is not a JSON object that can be read.",
        "Nội dung yêu cầu không phải là đối tượng JSON hợp lệ.");
    public static readonly Error NotUtf8 = new(400, "not_utf8", "The body is not in UTF-8, which JSON is sent in.",
        "Nội dung yêu cầu không ở dạng UTF-8 như JSON yêu cầu.");
    public static readonly Error DuplicateMember = new(400, "duplicate_member",
        "An object of the body has the member that is named in member twice.",
        "Một đối tượng trong yêu cầu có hai lần trường được nêu trong member.");
    public static readonly Error TooManyMembers = new(400, "too_many_members",
        "An object of the body has more members than any resource knows.",
        "Một đối tượng trong yêu cầu có quá nhiều trường.");
    public static readonly Error UnsupportedEncoding = new(415, "unsupported_encoding",
        "Send the body as it is, or with Content-Encoding: gzip.",
        "Hãy gửi nội dung không nén, hoặc với Content-Encoding: gzip.");
    public static readonly Error UnsupportedMediaType = new(415, "unsupported_media_type",
        "Send the body as JSON, with Content-Type: application/json.",
        "Hãy gửi nội dung ở dạng JSON, với Content-Type: application/json.");
    public static readonly Error InvalidEncoding = new(400, "invalid_encoding", "The body is not what its Content-Encoding says.",
        "Nội dung yêu cầu không đúng với Content-Encoding.");
    public static readonly Error UnknownParameter = new(400, "unknown_parameter",
        "This resource does not know the query parameter that is named in parameter.",
        "Tài nguyên này không có tham số được nêu trong parameter.");
    public static readonly Error DuplicateParameter = new(400, "duplicate_parameter",
        "Send the query parameter that is named in parameter once.",
        "Chỉ gửi một lần tham số được nêu trong parameter.");
    public static readonly Error InvalidCursor = new(400, "invalid_cursor",
        "The cursor is not one that this list gave out for this sort. Begin again without it.",
        "Con trỏ không phải do danh sách này cấp với cách sắp xếp này. Hãy bắt đầu lại không có con trỏ.");
    public static readonly Error InvalidRequest = new(400, "invalid_request", "Some fields are missing or not valid.",
        "Một số trường bị thiếu hoặc không hợp lệ.");
    public static readonly Error UnknownField = new(400, "unknown_field", "The body has fields that are unknown or read-only here.",
        "Yêu cầu có trường không tồn tại hoặc chỉ đọc.");
    public static readonly Error IdempotencyKeyRequired = new(400, "idempotency_key_required", "Send an Idempotency-Key header.",
        "Hãy gửi header Idempotency-Key.");
    public static readonly Error IdempotencyKeyAmbiguous = new(400, "idempotency_key_ambiguous",
        "Send one Idempotency-Key header with one key. A key with a comma must be quoted.",
        "Hãy gửi một header Idempotency-Key với một khoá duy nhất. Khoá có dấu phẩy phải đặt trong ngoặc kép.");
    public static readonly Error IdempotencyKeyReused = new(422, "idempotency_key_reused",
        "This Idempotency-Key was used for another request.", "Idempotency-Key này đã được dùng cho một yêu cầu khác.");
    public static readonly Error PreconditionFailed = new(412, "precondition_failed",
        "The resource has changed since you read it. Read it again.", "Tài nguyên đã thay đổi kể từ khi bạn đọc. Hãy đọc lại.");
    public static readonly Error PreconditionRequired = new(428, "precondition_required", "Send If-Match with the ETag you read.",
        "Hãy gửi If-Match với ETag bạn đã đọc.");

    /// <summary>400 for one field.</summary>
    public static Error Invalid(string field, string message) =>
        InvalidRequest with { Fields = new Dictionary<string, string[]> { [field] = [message] } };
}
