package dev.weft.onnx.operator;

import dev.weft.Tensor;

import java.util.List;

/** The steps of ONNX's optimizers. */
final class UpdateOperators {
    private UpdateOperators() {}

    static void addTo(OperatorTable operators) {
        operators.put("Momentum", UpdateOperators::momentum);
        operators.put("Adagrad", UpdateOperators::adagrad);
        operators.put("Adam", UpdateOperators::adam);
    }

    private static Tensor regularised(NodeCall node, Tensor x, Tensor g) {
        return x.mul(node.real("norm_coefficient", 0)).add(g);
    }

    private static List<Tensor> momentum(NodeCall node) {
        int n = (node.inputs() - 2) / 3;
        Tensor rate = node.x(0);
        double alpha = node.real("alpha", 0);
        double later = node.real("beta", 0);
        double beta = node.number(1) > 0 ? later : 1;
        boolean nesterov = node.text("mode", "standard").equals("nesterov");
        Tensor[] out = new Tensor[2 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor v = node.x(2 + 2 * n + i).mul(alpha).add(g.mul(beta));
            Tensor step = nesterov ? g.add(v.mul(alpha)) : v;
            out[i] = x.sub(rate.mul(step));
            out[n + i] = v;
        }
        return List.of(out);
    }

    private static List<Tensor> adagrad(NodeCall node) {
        int n = (node.inputs() - 2) / 3;
        Tensor rate = node.x(0).div(1 + node.number(1) * node.real("decay_factor", 0));
        Tensor[] out = new Tensor[2 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor h = node.x(2 + 2 * n + i).add(g.square());
            out[i] = x.sub(rate.mul(g).div(h.sqrt().add(node.real("epsilon", 1e-6))));
            out[n + i] = h;
        }
        return List.of(out);
    }

    private static List<Tensor> adam(NodeCall node) {
        int n = (node.inputs() - 2) / 4;
        double alpha = node.real("alpha", 0.9);
        double beta = node.real("beta", 0.999);
        double t = node.number(1);
        double correction = t > 0 ? Math.sqrt(1 - Math.pow(beta, t)) / (1 - Math.pow(alpha, t)) : 1;
        Tensor rate = node.x(0).mul(correction);
        Tensor[] out = new Tensor[3 * n];
        for (int i = 0; i < n; i++) {
            Tensor x = node.x(2 + i);
            Tensor g = regularised(node, x, node.x(2 + n + i));
            Tensor v = node.x(2 + 2 * n + i).mul(alpha).add(g.mul(1 - alpha));
            Tensor h = node.x(2 + 3 * n + i).mul(beta).add(g.square().mul(1 - beta));
            Tensor step = rate.mul(v).div(h.sqrt().add(node.real("epsilon", 1e-6)));
            out[i] = x.sub(step).mul(1 - node.real("norm_coefficient_post", 0));
            out[n + i] = v;
            out[2 * n + i] = h;
        }
        return List.of(out);
    }
}
