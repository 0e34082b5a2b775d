namespace Holdfast.Platform.Http.Routing;

/// <summary>Who may call a route at all; the use case decides which rows they see.</summary>
public enum Access
{
    /// <summary>With or without a token; a token that is sent must still be valid.</summary>
    Anyone,

    /// <summary>Any valid token.</summary>
    SignedIn,

    /// <summary>Staff and admins.</summary>
    Staff,

    /// <summary>Staff, admins and other systems.</summary>
    StaffOrService,

    /// <summary>Admins.</summary>
    Admin,
}
