using Holdfast.Platform.Mail;

namespace Holdfast.Identity.Links;

/// <summary>What the mails of sign-in say.</summary>
internal static class IdentityMails
{
    /// <summary>A mail of one kind to one account, at most one a minute: nobody's mailbox is filled by asking again and again.</summary>
    public static string OncePerMinute(string purpose, Guid id, DateTime now) => $"{purpose}:{id}:{now.Ticks / TimeSpan.TicksPerMinute}";

    public static OutgoingMail ResetPassword(string key, string to, string link, bool vietnamese) => vietnamese
        ? Make(key, to, "vi", "Đặt lại mật khẩu",
        "Ai đó, có lẽ là bạn, muốn đặt lại mật khẩu cho tài khoản này. Để chọn mật khẩu mới, hãy mở liên kết sau trong vòng một giờ.",
            "Chọn mật khẩu mới", link, "Nếu không phải bạn, hãy bỏ qua thư này: mật khẩu vẫn như cũ.")
        : Make(key, to, "en", "Reset your password",
        "Somebody, probably you, wants to reset the password of this account. To choose a new one, open this link within an hour.",
            "Choose a new password", link, "If it was not you, ignore this mail: the password stays as it is.");

    public static OutgoingMail VerifyEmail(string key, string to, string link, bool vietnamese) => vietnamese
        ? Make(key, to, "vi", "Xác nhận địa chỉ email",
        "Để xác nhận địa chỉ này là của bạn, hãy mở liên kết sau trong vòng một giờ. Các đơn hàng bạn đã đặt với địa chỉ này khi chưa "
        + "đăng nhập sẽ vào tài khoản của bạn.",
            "Xác nhận địa chỉ", link, "Nếu bạn không yêu cầu, hãy bỏ qua thư này.")
        : Make(key, to, "en", "Confirm your email address",
        "To confirm that this address is yours, open this link within an hour. What you ordered with it without signing in joins your "
        + "account then.",
            "Confirm my address", link, "If you did not ask for this, ignore this mail.");

    public static OutgoingMail ChangeEmail(string key, string to, string link, bool vietnamese) => vietnamese
        ? Make(key, to, "vi", "Xác nhận địa chỉ email mới",
            "Ai đó, có lẽ là bạn, muốn dùng địa chỉ này cho tài khoản của mình. Để xác nhận, hãy đăng nhập và mở liên kết sau trong "
                + "vòng một giờ.",
            "Dùng địa chỉ này", link, "Nếu không phải bạn, hãy bỏ qua thư này: không có gì thay đổi.")
        : Make(key, to, "en", "Confirm your new email address",
            "Somebody, probably you, wants to use this address for their account. To confirm it, sign in and open this link within an "
                + "hour.",
            "Use this address", link, "If it was not you, ignore this mail: nothing changes.");

    /// <summary>Goes to the old mailbox: a person who took the account over must not be the only one to know.</summary>
    public static OutgoingMail EmailChanged(string key, string to, bool vietnamese)
    {
        var (language, subject, text, after) = vietnamese
            ? ("vi", "Địa chỉ email của tài khoản đã được đổi",
                "Tài khoản trước đây dùng địa chỉ này nay dùng một địa chỉ khác, đã được xác nhận bằng một liên kết gửi đến đó.",
                "Nếu không phải bạn đã đổi, hãy liên hệ với cửa hàng ngay.")
            : ("en", "The email address of your account was changed",
                "The account that used this address uses another one now, which was confirmed by a link sent there.",
                "If it was not you, tell the shop at once.");
        return new EmailTemplate(language).Title(subject).Say(text).Say(after).To(to, key, subject);
    }

    private static OutgoingMail Make(string key, string to, string language, string subject, string before, string label, string link,
        string after) =>
        new EmailTemplate(language).Title(subject).Say(before).Link(label, link).Say(after)
        .To(to, key, subject) with
        { GoodFor = TimeSpan.FromHours(1) };
}
