
namespace Holdfast.Platform.Data;

internal enum WriteKind
{
    None,
    Insert,
    Change,
}
