namespace Holdfast.Tests.Simulation;

/// <summary>
/// One buyer's points, each of them: who earned it and until when it lasts. Whatever is spent are those that would lapse first.
/// </summary>
public sealed class AuditedPoints
{
    private readonly List<(Guid? Order, TimeSpan Lasts)> _points;
    private long _spent;

    public AuditedPoints(long atFirst) => _points = [.. Enumerable.Range(0, (int)atFirst).Select(_ => ((Guid?)null, TimeSpan.MaxValue))];

    /// <summary>Below zero when points that were spent were taken back.</summary>
    public long Balance => _points.Count - _spent;

    public void Earn(long count, Guid order, TimeSpan lasts) =>
        _points.AddRange(Enumerable.Range(0, (int)count).Select(_ => ((Guid?)order, lasts)));

    public void Spend(long count) => _spent += count;

    public void GiveBack(long count) => _spent -= count;

    public void Lapse(TimeSpan now)
    {
        foreach (var over in _points.OrderBy(p => p.Lasts).Skip((int)_spent).Where(p => p.Lasts <= now).ToList())
        {
            _points.Remove(over);
        }
    }

    /// <summary>How many of an order's points are neither lapsed nor taken back.</summary>
    public long Of(Guid order) => _points.LongCount(p => p.Order == order);

    public void TakeBack(Guid order, long count)
    {
        for (; count > 0; count--)
        {
            _points.RemoveAt(_points.FindIndex(p => p.Order == order));
        }
    }
}
