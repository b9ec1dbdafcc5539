using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RobustnessGate.Facts;
using RobustnessGate.Maths;

namespace RobustnessGate.Results;

/// <summary>Outcomes as text of '0' and '1'.</summary>
internal sealed class BitsConverter : JsonConverter<BitString>
{
    public override BitString Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return BitString.Parse(reader.GetString() ?? throw new JsonException("bits are missing"));
        }
        catch (FormatException mistake)
        {
            throw new JsonException(mistake.Message, mistake);
        }
    }

    public override void Write(Utf8JsonWriter writer, BitString value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>Bytes as base64.</summary>
internal sealed class BytesConverter : JsonConverter<ImmutableArray<byte>>
{
    public override ImmutableArray<byte> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        [.. reader.GetBytesFromBase64()];

    public override void Write(Utf8JsonWriter writer, ImmutableArray<byte> value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.AsSpan());
}

/// <summary>An interval as a pair: <c>[low, high]</c>; null for an end that is not finite.</summary>
internal sealed class IntervalConverter : JsonConverter<Interval>
{
    public override Interval Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var ends = Numbers.Read(ref reader);
        return ends is [var low, var high]
            ? new(low ?? double.NaN, high ?? double.NaN)
            : throw new JsonException("an interval is two numbers");
    }

    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options) =>
        Numbers.Write(writer, [value.Low, value.High]);
}

internal sealed class IntegersConverter : JsonConverter<ImmutableArray<int>>
{
    public override ImmutableArray<int> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        Numbers.Start(ref reader);
        var values = ImmutableArray.CreateBuilder<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.GetInt32());
        }

        return values.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<int> value, JsonSerializerOptions options) =>
        writer.WriteRawValue($"[{string.Join(',', value.Select(i => i.ToString(CultureInfo.InvariantCulture)))}]");
}

internal sealed class NumbersConverter : JsonConverter<ImmutableArray<double?>>
{
    public override ImmutableArray<double?> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Numbers.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, ImmutableArray<double?> value, JsonSerializerOptions options) =>
        Numbers.Write(writer, value);
}

/// <summary>A number that may have become NaN or infinite: written as null, read back as NaN.</summary>
internal sealed class DoubleConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Names with one value a sample, and <c>hessianTop</c> with a list a sample, in ordinal order of names.</summary>
internal sealed class PerSampleConverter : JsonConverter<PerSampleValues>
{
    private const string HessianTop = "hessianTop";

    public override PerSampleValues Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<double?>>(StringComparer.Ordinal);
        var tops = ImmutableArray.CreateBuilder<ImmutableArray<double>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name != HessianTop)
            {
                values[name] = Numbers.Read(ref reader);
                continue;
            }

            Numbers.Start(ref reader);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                tops.Add([.. Numbers.Read(ref reader).Select(value => value ?? double.NaN)]);
            }
        }

        return new(values.ToImmutable(), tops.ToImmutable());
    }

    public override void Write(Utf8JsonWriter writer, PerSampleValues value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var name in value.Values.Keys.Append(HessianTop).Order(StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            if (name == HessianTop)
            {
                var lists = value.HessianTop.Select(top => Numbers.Text(top.Select(λ => (double?)λ)));
                writer.WriteRawValue($"[{string.Join(',', lists)}]");
            }
            else
            {
                Numbers.Write(writer, value.Values[name]);
            }
        }

        writer.WriteEndObject();
    }
}

/// <summary>Lists of numbers on one line; null stands for what is undefined.</summary>
internal static class Numbers
{
    public static void Start(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("a list is expected");
        }
    }

    public static ImmutableArray<double?> Read(ref Utf8JsonReader reader)
    {
        Start(ref reader);
        var values = ImmutableArray.CreateBuilder<double?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.TokenType == JsonTokenType.Null ? null : reader.GetDouble());
        }

        return values.ToImmutable();
    }

    public static void Write(Utf8JsonWriter writer, IEnumerable<double?> values) => writer.WriteRawValue(Text(values));

    public static string Text(IEnumerable<double?> values) =>
        $"[{string.Join(',', values.Select(value => value is { } v && double.IsFinite(v) ? v.ToString("R", CultureInfo.InvariantCulture) : "null"))}]";
}
