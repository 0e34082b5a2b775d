namespace Holdfast.Platform.Http.Routing;

/// <summary>The roles of callers.</summary>
public enum Role
{
    Guest,
    Customer,
    Staff,
    Service,
    Admin,
}
