using System.Text.Json.Nodes;
using RobustnessGate.Maths;

namespace RobustnessGate.Policies.Binding;

/// <summary>Ranges of values as JSON schema.</summary>
internal static class RangeSchema
{
    /// <summary>Adds the limits of a range to the schema of a number, and gives that schema back.</summary>
    public static JsonObject Limited(this JsonObject schema, RangeAttribute? range)
    {
        switch (range)
        {
            case AtLeastAttribute at:
                schema["minimum"] = at.Least;
                break;
            case PositiveAttribute:
                schema["exclusiveMinimum"] = 0;
                break;
            case BetweenAttribute between:
                schema["minimum"] = between.Low;
                schema["maximum"] = between.High;
                break;
            case InsideAttribute inside:
                schema["exclusiveMinimum"] = inside.Low;
                schema["exclusiveMaximum"] = inside.High;
                break;
            case null:
                break;
            default:
                throw new NotSupportedException($"no JSON schema for {range.GetType().Name}");
        }

        return schema;
    }
}
