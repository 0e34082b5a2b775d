using Holdfast.Catalog.Storage;
using Holdfast.Platform.Data;
using Holdfast.Platform.Http.Idempotency;
using Holdfast.Platform.Http.Replies;
using Holdfast.Platform.Http.Routing;

namespace Holdfast.Catalog.Endpoints;

/// <summary><c>POST /stores</c>.</summary>
internal sealed class CreateStore(Db db)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        var read = StoreBody.Read(await request.FieldsAsync(), Guid.CreateVersion7());
        if (!read.IsOk)
        {
            return read.Error!;
        }

        return await StoreBody.TakenAsync(db, () => IdempotentWork.RunAsync(db, request, required: false, async tx =>
        {
            var now = await tx.NowAsync();
            var store = read.Value with { CreatedAt = now, UpdatedAt = now };
            var writer = new CatalogWriter(now);
            writer.Add(store);
            var batch = tx.Batch();
            writer.Save(batch);
            await batch.RunAsync();
            return Reply.Created(store, $"{Routes.Base}/stores/{store.Id}", store.Version);
        }));
    }
}
