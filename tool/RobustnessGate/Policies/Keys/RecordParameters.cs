using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using RobustnessGate.Maths;
using RobustnessGate.Policies.Binding;
using RobustnessGate.Policies.Yaml;

namespace RobustnessGate.Policies.Keys;

/// <summary>
/// The parameters of a record (an attack, a regime) as keys: a constructor parameter <c>StepSize</c> is the key <c>step-size</c>,
/// its default is the prototype's value, its range the property's <see cref="RangeAttribute"/>, and its words the
/// property's <see cref="DescriptionAttribute"/>.
/// </summary>
internal sealed class RecordParameters<T>
    where T : class
{
    private readonly T _prototype;
    private readonly ConstructorInfo _constructor;
    private readonly (PropertyInfo Property, Key<object> Key)[] _parameters;

    /// <exception cref="NotSupportedException">A parameter is of a type that a policy cannot write: the record's author's mistake.</exception>
    public RecordParameters(T prototype)
    {
        _prototype = prototype;
        var type = prototype.GetType();
        _constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)
            ?? throw new NotSupportedException($"{type.Name} has no public constructor");
        _parameters = [.. _constructor.GetParameters().Select(parameter =>
        {
            var property = type.GetProperty(parameter.Name!)
                ?? throw new NotSupportedException($"{type.Name} has no property for its parameter {parameter.Name}");
            return (property, KeyOf(property, property.GetValue(prototype)));
        })];
    }

    public IEnumerable<Key> Keys => _parameters.Select(parameter => parameter.Key);

    /// <summary>The record with the parameters that the policy gives.</summary>
    public T Build(Fields fields) => (T)_constructor.Invoke([.. _parameters.Select(parameter =>
        fields.Has(parameter.Key) ? fields.Get(parameter.Key) : parameter.Property.GetValue(_prototype))]);

    private static Key<object> KeyOf(PropertyInfo property, object? value)
    {
        var range = property.GetCustomAttribute<RangeAttribute>();
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Form<object> form = type switch
        {
            _ when type == typeof(int) => new Boxed<int>(new WholeForm<int>(range)),
            _ when type == typeof(long) => new Boxed<long>(new WholeForm<long>(range)),
            _ when type == typeof(double) => new Boxed<double>(new NumberForm(range)),
            _ when type == typeof(bool) => new Boxed<bool>(new BooleanForm()),
            _ when type.IsEnum => (Form<object>)typeof(RecordParameters<T>)
                .GetMethod(nameof(EnumForm), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!,
            _ => throw new NotSupportedException($"{property.DeclaringType!.Name}.{property.Name}: a policy cannot write {type.Name}"),
        };
        var words = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? form.Words;
        var name = JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);
        return value is null
            ? Key.May(name, form, words)
            : Key.Default(name, form, value, words);
    }

    private static Boxed<TEnum> EnumForm<TEnum>()
        where TEnum : struct, Enum => new(Choice.Of<TEnum>());

    /// <summary>A form whose type is known only at run time.</summary>
    private sealed class Boxed<TValue>(Form<TValue> form) : Form<object>
        where TValue : struct
    {
        public override string Words => form.Words;

        public override JsonObject Schema() => form.Schema();

        public override JsonNode? ToJson(object value) => form.ToJson((TValue)value);

        protected override bool TryReadValue(Node node, Reading reading, out object value)
        {
            var read = form.TryRead(node, reading, out var typed);
            value = typed;
            return read;
        }
    }
}
