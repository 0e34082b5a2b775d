
namespace Holdfast.Commands.Olist;

/// <summary>Rows that an import has added.</summary>
internal readonly record struct Written(int Stores, int Products, int Variants, int Receipts, long Pieces)
{
    public static Written operator +(Written a, Written b) =>
        new(a.Stores + b.Stores, a.Products + b.Products, a.Variants + b.Variants, a.Receipts + b.Receipts, a.Pieces + b.Pieces);
}
