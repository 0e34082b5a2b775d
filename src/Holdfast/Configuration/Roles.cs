
namespace Holdfast.Configuration;

/// <summary>What a process does; the default is everything in one.</summary>
[Flags]
public enum Roles
{
    None = 0,

    /// <summary>Answers HTTP.</summary>
    Api = 1,

    /// <summary>Relays events, runs consumers, expires orders and reservations.</summary>
    Worker = 2,

    All = Api | Worker,
}
