using Mono.Cecil;
using Mono.Cecil.Cil;

namespace RobustnessGate.Tests.Structure;

/// <summary>Which type uses which, read from compiled code: an import that is written out, implied or inherited is the same there.</summary>
internal static class References
{
    /// <summary>Each pair of rooms of which the first knows the second, with one place where it does.</summary>
    public static Dictionary<(string From, string To), string> Between(IEnumerable<Stream> assemblies)
    {
        var found = new Dictionary<(string, string), string>();
        foreach (var stream in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(stream);
            foreach (var type in module.GetTypes())
            {
                if (Rooms.Of(Space(type)) is not { } from)
                {
                    continue;
                }

                foreach (var used in Of(type).SelectMany(Parts))
                {
                    if (Rooms.Of(Space(used)) is { } to && to != from)
                    {
                        found.TryAdd((from, to), $"{type.FullName} uses {used.FullName}");
                    }
                }
            }
        }

        return found;
    }

    /// <summary>Of a nested type that of the outermost one.</summary>
    private static string Space(TypeReference type) => type.DeclaringType is { } outer ? Space(outer) : type.Namespace;

    private static IEnumerable<TypeReference?> Of(TypeDefinition type) =>
    [
        type.BaseType, .. type.Interfaces.Select(one => one.InterfaceType), .. Attributes(type), .. Constraints(type),
        .. type.Fields.SelectMany(field => Attributes(field).Append(field.FieldType)),
        .. type.Properties.SelectMany(property => Attributes(property).Append(property.PropertyType)),
        .. type.Events.SelectMany(one => Attributes(one).Append(one.EventType)),
        .. type.Methods.SelectMany(Of),
    ];

    private static IEnumerable<TypeReference?> Of(MethodDefinition method) =>
    [
        method.ReturnType, .. method.Parameters.SelectMany(parameter => Attributes(parameter).Append(parameter.ParameterType)),
        .. Attributes(method), .. Constraints(method), .. method.HasBody ? Of(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> Of(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType), .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            MethodReference method =>
            [
                method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType),
                .. method is GenericInstanceMethod generic ? generic.GenericArguments : [],
            ],
            _ => (IEnumerable<TypeReference?>)[],
        }),
    ];

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider owner) => owner.CustomAttributes.SelectMany(attribute =>
        attribute.ConstructorArguments.Select(argument => argument.Value as TypeReference).Append(attribute.AttributeType));

    private static IEnumerable<TypeReference?> Constraints(IGenericParameterProvider owner) =>
        owner.GenericParameters.SelectMany(parameter => parameter.Constraints.Select(constraint => constraint.ConstraintType));

    /// <summary>A type and what it is made of: elements of arrays, arguments of generic types.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };
}
