namespace Holdfast.Platform.Http.Routing;

/// <summary>What a caller may be.</summary>
public enum Role
{
    Guest,
    Customer,
    Staff,
    Service,
    Admin,
}
