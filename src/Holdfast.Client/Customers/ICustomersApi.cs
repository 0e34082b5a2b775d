using Refit;

namespace Holdfast.Client;

/// <summary>Guests and accounts that have ordered, for the store's staff.</summary>
[Headers("Authorization: Bearer")]
public interface ICustomersApi
{
    /// <summary>
    /// The newest first. <paramref name="q"/>: the beginning of an email, words of a name, or the phone of an order in any writing.
    /// </summary>
    [Get("/api/v1/customers")]
    Task<Page<Customer>> ListAsync(string? q = null, int? limit = null, string? cursor = null,
        CancellationToken cancellationToken = default);

    /// <summary>One customer; 404 <c>not_found</c>, also where they have not ordered from a store of the caller's.</summary>
    [Get("/api/v1/customers/{id}")]
    Task<CustomerDetails> GetAsync(Guid id, CancellationToken cancellationToken = default);
}
