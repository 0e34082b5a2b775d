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

    /// <summary>Forgets what was added since the mark.</summary>
    public void Undo(int mark)
    {
        foreach (var key in _added.Skip(mark))
        {
            _recorded.Remove(key);
        }

        _added.RemoveRange(mark, _added.Count - mark);
    }
}
