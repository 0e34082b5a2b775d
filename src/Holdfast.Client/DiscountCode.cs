namespace Holdfast.Client;

/// <summary>A discount code.</summary>
/// <param name="Id">Its id, a UUID of version 7.</param>
/// <param name="StoreId">Null: it is for all stores.</param>
/// <param name="Code">In capitals as its maker wrote it.</param>
/// <param name="Kind"><c>percent</c>, <c>fixed</c> or <c>free_shipping</c>.</param>
/// <param name="Value">A percentage, an amount in minor units, or 0 for free shipping.</param>
/// <param name="Currency">That of the amounts of a code for all stores; null where they are the store's, or there are none.</param>
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

/// <summary>A code as it is to be. A change replaces all but its name and its store: leave these out then.</summary>
/// <param name="Kind"><c>percent</c>, <c>fixed</c> or <c>free_shipping</c>.</param>
/// <param name="Code">Required to make one: 3 to 40 letters (A to Z), digits, <c>-</c> and <c>_</c>.</param>
/// <param name="StoreId">Without: for all stores; only admins make such codes.</param>
/// <param name="Value">A percentage with at most two decimals, or minor units; without for free shipping.</param>
/// <param name="Currency">Only of a code for all stores that has an amount.</param>
/// <param name="StartsAt">A time with an offset, or a day (yyyy-MM-dd) of the store's time zone.</param>
/// <param name="EndsAt">A time with an offset, or a day of the store's time zone, which is good to its end.</param>
/// <param name="MinimumSubtotal">What the eligible goods must come to, in minor units.</param>
/// <param name="UsageLimit">How often it can be used.</param>
/// <param name="UsageLimitPerCustomer">How often one email can use it.</param>
/// <param name="Categories">The categories whose goods are eligible; without: all goods.</param>
/// <param name="Active">Without: yes; false stops the code at once.</param>
public sealed record DiscountCodeBody(string Kind, string? Code = null, Guid? StoreId = null, decimal? Value = null,
    string? Currency = null, string? StartsAt = null, string? EndsAt = null, long? MinimumSubtotal = null, long? UsageLimit = null,
    long? UsageLimitPerCustomer = null, IReadOnlyList<string>? Categories = null, bool? Active = null);

/// <summary>Goods for which a code is tried.</summary>
/// <param name="StoreId">The store that sells them.</param>
/// <param name="Subtotal">What they cost, in minor units.</param>
/// <param name="Category">Of what category they are; without: of none.</param>
public sealed record DiscountQuoteBody(Guid StoreId, long Subtotal, string? Category = null);

/// <summary>What a code would take off.</summary>
/// <param name="Code">As its maker wrote it.</param>
/// <param name="Kind"><c>percent</c>, <c>fixed</c> or <c>free_shipping</c>.</param>
/// <param name="DiscountAmount">Minor units of <paramref name="Currency"/>.</param>
/// <param name="FreeShipping">Whether delivery costs nothing.</param>
/// <param name="Currency">The store's, an ISO 4217 code.</param>
public sealed record DiscountQuote(string Code, string Kind, long DiscountAmount, bool FreeShipping, string Currency);
