package dev.weft.onnx.operator;

import dev.weft.Tensor;
import dev.weft.backend.Activation;
import dev.weft.onnx.graph.ModelFile;

/** ONNX's matrix products. */
final class ProductOperators {
    private ProductOperators() {}

    static void addTo(OperatorTable operators) {
        operators.binary("MatMul", ProductOperators::matmul);
        operators.one("Gemm", ProductOperators::gemm);
        operators.one(ModelFile.OWN + ".Linear", ProductOperators::linear);
        operators.one(
                ModelFile.OWN + ".ScaledMatMul",
                node -> matmul(node.x(0).mul(node.real("scale", 1)), node.x(1)));
    }

    /** Of a batch by one matrix, one product of all rows. */
    static Tensor matmul(Tensor a, Tensor b) {
        if (b.rank() != 2 || a.rank() < 3) {
            return a.matmul(b);
        }
        Tensor rows = LayoutOperators.reshaped(a, a.size() / Math.max(1, a.dim(-1)), a.dim(-1));
        return rows.matmul(b).reshape(a.shape().with(a.rank() - 1, b.dim(1)).toArray());
    }

    /** activation(x W + b), of any number of rows. */
    private static Tensor linear(NodeCall node) {
        Tensor x = node.x(0);
        Tensor weight = node.x(1).transpose();
        Activation activation =
                switch (node.text("activation", "")) {
                    case "Relu" -> Activation.RELU;
                    case "Sigmoid" -> Activation.SIGMOID;
                    case "Tanh" -> Activation.TANH;
                    default -> Activation.IDENTITY;
                };
        Tensor rows = x.rank() == 2 ? x : LayoutOperators.reshaped(x, -1, x.dim(-1));
        Tensor y = rows.linear(weight, node.x(2), activation);
        return x.rank() == 2 ? y : y.reshape(x.shape().with(x.rank() - 1, weight.dim(0)).toArray());
    }

    /** With a bias for each column, one product with its epilogue. */
    static Tensor gemm(NodeCall node) {
        Tensor a = node.integer("transA", 0) == 0 ? node.x(0) : node.x(0).transpose();
        boolean turned = node.integer("transB", 0) != 0;
        double alpha = node.real("alpha", 1);
        double beta = node.real("beta", 1);
        Tensor c = node.optional(2);
        if (alpha == 1 && beta == 1 && c != null && c.rank() == 1 && c.dim(0) != 1) {
            return a.linear(turned ? node.x(1) : node.x(1).transpose(), c, Activation.IDENTITY);
        }
        Tensor product = a.matmul(turned ? node.x(1).transpose() : node.x(1));
        Tensor scaled = alpha == 1 ? product : product.mul(alpha);
        return c == null ? scaled : scaled.add(beta == 1 ? c : c.mul(beta));
    }
}
