namespace Holdfast.Client;

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
