namespace Holdfast.Orders.Core;

/// <summary>The payments that stores have recorded already: those that were read, and those that the batch adds.</summary>
public sealed class PaymentBook(IEnumerable<KeyValuePair<PaymentKey, RecordedPayment>> read)
{
    private readonly Dictionary<PaymentKey, RecordedPayment> _recorded = new(read);
    private readonly List<PaymentKey> _added = [];

    /// <summary>The payments that the batch has added.</summary>
    public IEnumerable<KeyValuePair<PaymentKey, RecordedPayment>> Added => _added.Select(k => KeyValuePair.Create(k, _recorded[k]));

    public RecordedPayment? Find(PaymentKey key) => _recorded.TryGetValue(key, out var payment) ? payment : null;

    /// <summary>Notes a payment that has not been recorded before.</summary>
    public void Add(PaymentKey key, RecordedPayment payment)
    {
        _recorded.Add(key, payment);
        _added.Add(key);
    }

    public int Savepoint() => _added.Count;

    /// <summary>Undoes what was added since the savepoint.</summary>
    public void Undo(int savepoint)
    {
        foreach (var key in _added.Skip(savepoint))
        {
            _recorded.Remove(key);
        }

        _added.RemoveRange(savepoint, _added.Count - savepoint);
    }
}
