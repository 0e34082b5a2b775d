namespace Holdfast.Tests.Olist;

/// <summary>Where the real data set is, and small folders of the same form.</summary>
internal static class OlistSamples
{
    /// <summary>The folder of the real orders beside the repository. Skips the calling test, aloud, where it is absent.</summary>
    public static string Folder()
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Holdfast.slnx")))
        {
            root = Path.GetDirectoryName(root);
        }

        // Beside the repository, or beside the one of which this is a work tree.
        var folder = root is null ? null : new[] { root, MainWorktree(root) }.OfType<string>()
            .Select(r => Path.GetFullPath(Path.Combine(r, "../shared/data/olist"))).FirstOrDefault(Directory.Exists);
        Assert.SkipWhen(folder is null, "the data set is not at ../shared/data/olist beside the repository");
        return folder!;
    }

    /// <summary>Writes the six files; what is not given has its header only.</summary>
    public static string Write(string sellers = "", string products = "", string customers = "", string orders = "", string items = "",
        string payments = "")
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-olist-").FullName;
        Put("sellers", "seller_id,seller_zip_code_prefix,seller_city,seller_state", sellers);
        Put("products", "product_id,product_category_name", products);
        Put("customers", "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state", customers);
        Put("orders", "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at", orders);
        Put("order_items", "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value", items);
        Put("order_payments", "order_id,payment_sequential,payment_type,payment_installments,payment_value", payments);
        return folder;

        void Put(string name, string header, string rows) =>
            File.WriteAllText(Path.Combine(folder, $"olist_{name}_dataset.csv"), $"{header}\r\n{rows.ReplaceLineEndings("\r\n")}\r\n");
    }

    /// <summary>An id of the source's form.</summary>
    public static string Id(string prefix) => prefix.PadRight(32, '0');

    private static string? MainWorktree(string root)
    {
        var link = Path.Combine(root, ".git");
        return File.Exists(link) && File.ReadAllText(link).Trim() is var text && text.Split("/.git/worktrees/") is [var start, _]
            ? start["gitdir: ".Length..] : null;
    }
}
