using RobustnessGate.Models.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using DataType = RobustnessGate.Models.Onnx.Proto.TensorProto.Types.DataType;

namespace RobustnessGate.Tests.Models;

internal static partial class OperatorCases
{
    private static IEnumerable<OperatorCase> Shaping()
    {
        foreach (var opset in new[] { 7, 14, 19, 21 })
        {
            yield return With("Reshape", opset, "x,s", "0 and -1", [2, 3, 4], g => g.Integers("s", 0, -1));
            yield return One("Transpose", opset, [2, 3, 4], ("perm", new[] { 2, 0, 1 }));
            yield return One("Flatten", opset, [2, 3, 4], ("axis", 2));
            yield return With("Concat", opset, "x,b", "", [2, 3], g => g.Initialiser("b", Weights(2, 2, 2)), ("axis", 1));
        }

        yield return One("Squeeze", 11, [2, 1, 3, 1], ("axes", new[] { 1 }));
        yield return With("Squeeze", 13, "x,a", "", [2, 1, 3, 1], g => g.Integers("a", -1));
        yield return One("Squeeze", 21, [2, 1, 3, 1]);
        yield return One("Unsqueeze", 11, [2, 3], ("axes", new[] { 0, 3 }));
        yield return With("Unsqueeze", 21, "x,a", "", [2, 3], g => g.Integers("a", -1, 0));
        yield return With("Expand", 13, "x,s", "both ways", [2, 1, 3], g => g.Integers("s", 4, 1));
        yield return With("Tile", 13, "x,r", "", [2, 3], g => g.Integers("r", 2, 3));
        yield return new("Split 11", 11, [2, 6], g => g.Node("Split", "x", "y,z", ("axis", 1), ("split", new[] { 4, 2 })));
        yield return new("Split 13", 13, [2, 6], g => g.Integers("s", 2, 4).Node("Split", "x,s", "z,y", ("axis", 1)));
        yield return new("Split 18 uneven", 18, [2, 7], g => g.Node("Split", "x", "z,w,y", ("axis", 1), ("num_outputs", 3)));
        yield return One("DepthToSpace", 13, [1, 8, 2, 3], ("blocksize", 2));
        yield return One("DepthToSpace", 13, [1, 8, 2, 3], ("blocksize", 2), ("mode", "CRD"));
        yield return One("SpaceToDepth", 13, [1, 2, 4, 6], ("blocksize", 2));
        yield return One("Slice", 9, [4, 5], ("starts", new[] { 1, -3 }), ("ends", new[] { 9, -1 }));
        yield return With("Slice", 13, "x,s,e,a,t", "steps", [4, 7], g => g.Integers("s", -1, 0).Integers("e", -9, 7).Integers("a", 1, 0).Integers("t", -2, 3));
        yield return One("Pad", 10, [2, 3], ("pads", new[] { 0, 1, 1, 2 }), ("value", 0.5));
        foreach (var mode in new[] { "constant", "reflect", "edge" })
        {
            yield return With("Pad", 13, "x,p", mode, [2, 3, 4], g => g.Integers("p", 0, 2, 1, 1, 1, 3), ("mode", mode)) with { Oracle = true };
        }

        yield return With("Pad", 13, "x,p", "cropping", [3, 4], g => g.Integers("p", -1, 1, 0, -2));
        yield return With("Pad", 18, "x,p,v,a", "axes", [2, 3, 4], g => g.Integers("p", 1, 2).Initialiser("v", tensor(0.3f)).Integers("a", -1));
        yield return With("Pad", 19, "x,p", "wrap", [3, 4], g => g.Integers("p", 1, 2, 1, 3), ("mode", "wrap"));
        yield return new("Shape arithmetic 13", 13, [2, 3, 4], g => g.Integers("one", 1).Integers("zero", 0).Integers("three", 3)
            .Node("Shape", "x", "s").Node("Gather", "s,zero", "n").Node("Slice", "s,one,three", "rest").Node("Gather", "rest,zero", "c")
            .Node("Gather", "rest,one", "w").Node("Mul", "c,w", "m").Node("Concat", "n,m", "t", ("axis", 0)).Node("Reshape", "x,t", "y"));
        yield return new("Shape 15 with start", 15, [2, 3, 4], g => g.Node("Shape", "x", "s", ("start", -2), ("end", 3))
            .Integers("n", 2).Node("Concat", "n,s", "t", ("axis", 0)).Node("Reshape", "x,t", "y"));
        yield return new("ConstantOfShape 20", 20, [2, 3], g => g.Node("Shape", "x", "s").Node("ConstantOfShape", "s", "c",
            ("value", TensorWriter.Write("v", tensor(new[] { 2f })))).Node("Mul", "x,c", "y"));
        yield return new("Size 21 and Range", 21, [2, 3], g => g.Node("Size", "x", "n").Initialiser("a", tensor(0L), DataType.Int64).Initialiser("d", tensor(1L), DataType.Int64)
            .Node("Range", "a,n,d", "r").Node("Cast", "r", "f", ("to", 1)).Integers("s", 2, 3).Node("Reshape", "f,s", "m").Node("Mul", "x,m", "y"));
        yield return new("EyeLike 9", 9, [3, 3], g => g.Node("EyeLike", "x", "e", ("k", 1)).Node("MatMul", "x,e", "y"));
    }

    private static IEnumerable<OperatorCase> Picking()
    {
        yield return With("Gather", 13, "x,i", "", [4, 3], g => g.Integers("i", 2, -1, 0, 2));
        yield return new("Gather 13 table", 13, [2, 4], g => g.Initialiser("i", tensor(new long[] { 0, 3, -2, 1 }, 2, 2), DataType.Int64).Node("Gather", "x,i", "y", ("axis", 1)));
        yield return new("GatherElements 13", 13, [3, 3], g => g.Initialiser("i", tensor(new long[] { 0, 2, -1, 1 }, 2, 2), DataType.Int64).Node("GatherElements", "x,i", "y", ("axis", 1)));
        yield return new("GatherND 13", 13, [2, 3, 2], g => g.Initialiser("i", tensor(new long[] { 1, -1 }, 2, 1), DataType.Int64).Node("GatherND", "x,i", "y", ("batch_dims", 1)));
        foreach (var reduction in new[] { "none", "add" })
        {
            yield return new($"ScatterElements 16 {reduction}", 16, [3, 3], g => g.Initialiser("i", tensor(new long[] { 0, 2, 1 }, 1, 3), DataType.Int64)
                .Initialiser("u", Weights(3, 1, 3)).Node("ScatterElements", "x,i,u", "y", ("reduction", reduction)));
            yield return new($"ScatterND 16 {reduction}", 16, [3, 3], g => g.Initialiser("i", tensor(new long[] { 2, 0 }, 2, 1), DataType.Int64)
                .Initialiser("u", Weights(3, 2, 3)).Node("ScatterND", "x,i,u", "y", ("reduction", reduction)));
        }

        yield return new("Scatter 9", 9, [3, 3], g => g.Initialiser("i", tensor(new long[] { 0, 2, 1 }, 1, 3), DataType.Int64)
            .Initialiser("u", Weights(3, 1, 3)).Node("Scatter", "x,i,u", "y"));
        yield return new("Compress 11", 11, [3, 2], g => g.Initialiser("c", tensor(new[] { true, false, true }), DataType.Bool).Node("Compress", "x,c", "y", ("axis", 0)));
        yield return With("Trilu", 14, "x,k", "lower", [2, 4, 4], g => g.Initialiser("k", tensor(-1L), DataType.Int64), ("upper", 0));
    }

    private static IEnumerable<OperatorCase> Sampling()
    {
        yield return One("Upsample", 7, [1, 2, 3, 3], ("scales", new[] { 1.0, 1, 2, 3 })) with { Oracle = true };
        yield return With("Upsample", 9, "x,s", "linear", [1, 2, 3, 3], g => g.Initialiser("s", tensor(new[] { 1f, 1, 2, 2 })), ("mode", "linear"));
        yield return With("Resize", 10, "x,s", "", [1, 2, 4, 4], g => g.Initialiser("s", tensor(new[] { 1f, 1, 0.5f, 1.5f })));
        foreach (var mode in new[] { "nearest", "linear", "cubic" })
        {
            foreach (var coordinates in new[] { "half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners" })
            {
                yield return With("Resize", 13, "x,,s", $"{mode} {coordinates}", [1, 1, 4, 6], g => g.Initialiser("s", tensor(new[] { 1f, 1, 2, 0.5f })),
                    ("mode", mode), ("coordinate_transformation_mode", coordinates), ("nearest_mode", "floor"));
            }

            yield return With("Resize", 19, "x,,,t", $"{mode} to sizes", [1, 1, 4, 6], g => g.Integers("t", 7, 4), ("mode", mode), ("axes", new[] { 2, 3 }));
        }

        yield return With("Resize", 18, "x,,s", "antialias", [1, 1, 8, 6], g => g.Initialiser("s", tensor(new[] { 1f, 1, 0.5f, 0.5f })), ("mode", "linear"), ("antialias", 1));
        yield return With("Resize", 18, "x,,s", "antialias cubic", [1, 1, 8, 8], g => g.Initialiser("s", tensor(new[] { 1f, 1, 0.5f, 0.5f })), ("mode", "cubic"), ("antialias", 1));
        yield return With("Resize", 18, "x,,,t", "not_larger", [1, 1, 4, 6], g => g.Integers("t", 8, 9), ("mode", "linear"), ("axes", new[] { 2, 3 }), ("keep_aspect_ratio_policy", "not_larger"));
        yield return With("Resize", 18, "x,,,t", "not_smaller", [1, 1, 4, 6], g => g.Integers("t", 8, 9), ("mode", "linear"), ("axes", new[] { 2, 3 }), ("keep_aspect_ratio_policy", "not_smaller"));
        yield return With("Resize", 19, "x,,s", "symmetric", [1, 1, 5, 5], g => g.Initialiser("s", tensor(new[] { 1f, 1, 0.7f, 1.3f })), ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel_symmetric"));
        yield return With("Resize", 13, "x,,s", "excluding", [1, 1, 4, 4], g => g.Initialiser("s", tensor(new[] { 1f, 1, 2, 2 })), ("mode", "cubic"), ("exclude_outside", 1));
        yield return With("Resize", 13, "x,r,,t", "crop", [1, 1, 4, 4], g => g.Initialiser("r", tensor(new[] { 0f, 0, 0.2f, 0.3f, 1, 1, 1.2f, 0.9f })).Integers("t", 1, 1, 3, 3),
            ("mode", "linear"), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 2.5));
        foreach (var mode in new[] { "bilinear", "nearest", "bicubic" })
        {
            foreach (var padding in new[] { "zeros", "border", "reflection" })
            {
                yield return new($"GridSample 16 {mode} {padding}", 16, [1, 2, 4, 5], g => g.Initialiser("g", Numbers.Tensor([1, 3, 3, 2], 5, -1.4, 1.4))
                    .Node("GridSample", "x,g", "y", ("mode", mode), ("padding_mode", padding), ("align_corners", padding == "border" ? 1 : 0)));
            }
        }

        yield return new OperatorCase("GridSample 20 in the grid", 20, [1, 3, 3, 2], g => g.Initialiser("i", Weights(6, 1, 2, 4, 5)).Node("GridSample", "i,x", "y", ("mode", "linear"))) with { Range = (-0.9, 0.9) };
        yield return new("DequantizeLinear 13 of weights", 13, [2, 3], g => g.Initialiser("w", tensor(new sbyte[] { 1, -3, 5, 7, 2, -8 }, 3, 2), DataType.Int8)
            .Initialiser("s", tensor(new[] { 0.1f, 0.2f })).Initialiser("z", tensor(new sbyte[] { 0, 1 }), DataType.Int8).Node("DequantizeLinear", "w,s,z", "d", ("axis", 1)).Node("MatMul", "x,d", "y"));
        yield return new("DequantizeLinear 21 in blocks", 21, [2, 4], g => g.Initialiser("w", tensor(new sbyte[] { 1, -3, 5, 7, 2, -8, 4, 9 }, 4, 2), DataType.Int8)
            .Initialiser("s", Positive(4, 2, 2)).Node("DequantizeLinear", "w,s", "d", ("axis", 0), ("block_size", 2)).Node("MatMul", "x,d", "y"));
    }
}
