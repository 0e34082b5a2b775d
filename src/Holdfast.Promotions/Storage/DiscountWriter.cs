using Holdfast.Platform.Data;
using Holdfast.Promotions.Core;

namespace Holdfast.Promotions.Storage;

/// <summary>Writes many codes set-based, for imports.</summary>
public static class DiscountWriter
{
    /// <summary>Adds new codes to the batch, as of <paramref name="now"/>. A code that its store has already stays as it is.</summary>
    public static AffectedRows Insert(StatementBatch batch, IEnumerable<DiscountCode> codes, DateTime now) =>
        batch.Insert(DiscountTable.Table.Rows(codes.Select(c => c with { Version = 1, CreatedAt = now, UpdatedAt = now })),
            "ON CONFLICT DO NOTHING");
}
