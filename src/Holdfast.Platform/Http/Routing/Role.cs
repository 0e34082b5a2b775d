namespace Holdfast.Platform.Http;

/// <summary>What a caller may be.</summary>
public enum Role
{
    Guest,
    Customer,
    Staff,
    Service,
    Admin,
}
