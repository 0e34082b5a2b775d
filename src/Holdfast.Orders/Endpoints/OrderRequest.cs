using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Identity.Core;
using Holdfast.Inventory.Core;
using Holdfast.Orders.Core;
using Holdfast.Platform;
using Holdfast.Platform.Http.Bodies;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;
using Holdfast.Promotions.Core;

namespace Holdfast.Orders.Endpoints;

/// <summary>Reads the body of an order: what is taken, within which limits, and whose order it will be.</summary>
internal static class OrderRequest
{
    private static readonly JsonSerializerOptions AddressJson = new(
        Reply.Json)
    { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private sealed record DeliveryAddress(string Name, string Line1, string? Line2, string City, string? Region, string? PostalCode,
        string Country);

    public const int MaxLines = 100;
    public const int MaxQuantity = 1_000_000;

    /// <summary>In bytes, as JSON: it is copied into every event of the order.</summary>
    public const int MaxMetadata = 8 * 1024;

    /// <summary>The command of a request's body.</summary>
    public static async ValueTask<Result<(PlaceCommand Command, string? Key)>> ReadAsync(Request request, bool withLines = true)
    {
        var fields = await request.FieldsAsync();
        if (!fields.IsOk)
        {
            return fields.Error!;
        }

        var read = Read(fields.Value, request.Caller, withLines, request.Locale);
        return read.IsOk ? (read.Value.Command with { Client = request.Client }, read.Value.Key) : read.Error!;
    }

    /// <summary>The command, or what is wrong with the body; and the key, if the body carries it.</summary>
    /// <param name="withLines">Without: a body that has <c>lines</c> is refused, and the command has none yet.</param>
    /// <param name="locale">The language the caller asks for, if any.</param>
    public static Result<(PlaceCommand Command, string? Key)> Read(JsonBodyReader fields, Caller caller, bool withLines = true,
        string? locale = null)
    {
        var key = fields.OpaqueOrNull("idempotencyKey", 255);
        var storeId = fields.Uuid("storeId");
        var lines = withLines
            ? fields.Objects("lines", line => new StockLine(line.Uuid("variantId"), line.Long("quantity", 1, MaxQuantity)), 1, MaxLines)
            : [];
        var address = Address(fields);
        var phone = fields.Text("contactPhone", 40);
        var (email, emailKey, name) = Buyer(fields, caller);
        var method = fields.WordOrNull("paymentMethod", "online", "bank_transfer", "cash_on_delivery");
        var expectedTotal = fields.LongOrNull("expectedTotal", 0, PlacementRules.MaxTotal);
        var note = fields.TextOrNull("note", 1000, lines: true);
        var metadata = fields.MetadataOrNull("metadata");
        var externalId = fields.TextOrNull("externalId", 100);
        var (first, second) = Codes(fields);
        var points = fields.LongOrNull("redeemPoints", 0, PlacementRules.MaxTotal);
        var reservation = fields.UuidOrNull("reservationId");
        // What delivery costs is the shop's to say: to anybody else the member is unknown.
        var manages = caller.Manages(storeId);
        var shippingFee = manages ? fields.LongOrNull("shippingFee", 0, PlacementRules.MaxTotal) : null;
        var json = metadata is null ? null : JsonSerializer.Serialize(metadata, Reply.Json);
        if ((fields.Done() ?? Refusal(json, externalId, manages)) is { } error)
        {
            return error;
        }

        return (new PlaceCommand
        {
            OrderId = Guid.CreateVersion7(),
            StoreId = storeId,
            Lines = Summed(lines),
            CustomerId = caller.Role == Role.Customer ? caller.Subject : null,
            Email = email,
            EmailKey = emailKey,
            Name = name,
            DeliveryAddress = address,
            ContactPhone = phone,
            Locale = locale,
            PaymentMethod = method is null ? null : Names.Method(method),
            ExpectedTotal = expectedTotal,
            Note = note,
            Metadata = json,
            ExternalId = externalId,
            DiscountKey = first,
            SecondDiscountKey = second,
            RedeemPoints = points ?? 0,
            ShippingFee = shippingFee,
            ReservationId = reservation,
            Actor = caller.Actor,
            IsCapped = !manages,
        }, key);
    }

    /// <summary>What is well-formed and not taken all the same.</summary>
    private static Error? Refusal(string? metadata, string? externalId, bool manages) =>
        externalId is not null && !manages ? OrderErrors.ExternalIdForbidden
        : metadata is not null && Encoding.UTF8.GetByteCount(metadata) > MaxMetadata ? OrderErrors.MetadataTooLarge
        : null;

    /// <summary>The codes that <c>discountCode</c> and <c>discountCodes</c> name, as codes are compared: two at most.</summary>
    private static (string? First, string? Second) Codes(JsonBodyReader fields)
    {
        var named = fields.TextsOrNull("discountCodes", 2, 64) ?? [];
        if (fields.TextOrNull("discountCode", 64) is { } one)
        {
            named.Insert(0, one);
        }

        var keys = named.Select(DiscountCode.KeyOf).Distinct(StringComparer.Ordinal).ToList();
        if (keys.Count > 2)
        {
            fields.Reject("discountCodes", "name two codes at most");
        }

        return (keys.ElementAtOrDefault(0), keys.ElementAtOrDefault(1));
    }

    /// <summary>An object with its parts, or one string; as the JSON it is stored and served as.</summary>
    public static string Address(JsonBodyReader fields) => AddressOrNull(fields, required: true)!;

    public static string? AddressOrNull(JsonBodyReader fields, bool required)
    {
        const string Name = "deliveryAddress";
        if (fields.IsText(Name))
        {
            var text = required ? fields.Text(Name, 500, lines: true) : fields.TextOrNull(Name, 500, lines: true);
            return text is null ? null : JsonSerializer.Serialize(text, Reply.Json);
        }

        if (fields.ObjectOrNull(Name) is not { } a)
        {
            if (required)
            {
                fields.Reject(Name, "is required: an object or a string");
            }

            return null;
        }

        var address = new DeliveryAddress(a.Text("name"), a.Text("line1"), a.TextOrNull("line2"), a.Text("city", 100),
            a.TextOrNull("region", 100),
            a.TextOrNull("postalCode", 20), a.Text("country", 60));
        return JsonSerializer.Serialize(address, AddressJson);
    }

    /// <summary>An account orders for itself; a guest, and whoever works for the shop, names the customer.</summary>
    private static (string Email, string Key, string? Name) Buyer(JsonBodyReader fields, Caller caller)
    {
        var customer = fields.ObjectOrNull("customer");
        var email = customer?.TextOrNull("email", Emails.MaxLength);
        var name = customer?.TextOrNull("name");
        // An outside issuer may know no email of theirs.
        if (caller.Role == Role.Customer && Emails.Key(caller.Email) is { } own)
        {
            if (email is not null && Emails.Key(email) != own)
            {
                fields.Reject("customer.email", "is not your account's");
            }

            return (caller.Email!, own, name ?? caller.Name);
        }

        if (email is null)
        {
            fields.Reject("customer.email", "is required");
            return ("", "", null);
        }

        if (Emails.Key(email) is { } key)
        {
            return (email, key, name);
        }

        fields.Reject("customer.email", "is not an email address");
        return ("", "", null);
    }

    /// <summary>Lines of one variant are one line, at the place of the first.</summary>
    private static List<StockLine> Summed(List<StockLine> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            for (var j = lines.Count - 1; j > i; j--)
            {
                if (lines[j].VariantId == lines[i].VariantId)
                {
                    lines[i] = lines[i] with { Quantity = lines[i].Quantity + lines[j].Quantity };
                    lines.RemoveAt(j);
                }
            }
        }

        return lines;
    }
}
