namespace Holdfast.Client;

/// <summary>A discount code.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="StoreId">Null: it is for all stores.</param>
/// <param name="Code">In capitals as its maker wrote it.</param>
/// <param name="Kind"><c>percent</c>, <c>fixed</c> or <c>free_shipping</c>.</param>
/// <param name="Value">A percentage, an amount in minor units, or 0 for free shipping.</param>
/// <param name="Currency">The currency of the amounts of a code for all stores; null where they are the store's, or there are none.</param>
/// <param name="StartsAt">From when it is good; null: always.</param>
/// <param name="EndsAt">Until when it is good, excluded; null: for ever.</param>
/// <param name="MinimumSubtotal">What the eligible goods must come to, in minor units; null: anything.</param>
/// <param name="UsageLimit">How often it can be used; null: any number of times.</param>
/// <param name="UsageLimitPerCustomer">How often one email can use it; null: any number of times.</param>
/// <param name="Categories">The categories whose goods are eligible; empty: all goods.</param>
/// <param name="Active">Whether it can be used.</param>
/// <param name="Used">Live uses: those of orders that were cancelled or have expired do not count.</param>
/// <param name="Version">Counts its changes, from 1; give it as <see cref="IfMatch"/>.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="UpdatedAt">When it was last changed, UTC.</param>
public sealed record DiscountCode(Guid Id, Guid? StoreId, string Code, string Kind, decimal Value, string? Currency,
    DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, long? MinimumSubtotal, long? UsageLimit, long? UsageLimitPerCustomer,
    IReadOnlyList<string> Categories, bool Active, long Used, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
