package dev.weft.conformance;

import static dev.weft.conformance.Input.normal;
import static dev.weft.conformance.OpCase.opCase;

import dev.weft.LinearAlgebra;
import dev.weft.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Sums by Einstein's convention, and products by their everyday names. */
final class EinsumCases {
    private EinsumCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (String equation :
                new String[] {"ij->ji", "ii", "ii->i", "iji->j", "ij->", "i...->...", "ij"}) {
            int rank = equation.replaceAll("->.*", "").replace("...", "k").length();
            Input x = rank == 2 ? normal(3, 3) : normal(3, 2, 3);
            einsum(cases, equation, x);
        }
        einsum(cases, "ij,jk->ik", normal(3, 4), normal(4, 2));
        einsum(cases, "ij,jk->ki", normal(3, 4), normal(4, 2));
        einsum(cases, "bhqd,bhkd->bhqk", normal(2, 2, 3, 4), normal(2, 2, 5, 4));
        einsum(cases, "bqhd,bkhd->bhqk", normal(2, 3, 2, 4), normal(2, 5, 2, 4));
        einsum(cases, "bhqk,bkhd->bqhd", normal(2, 2, 3, 4), normal(2, 4, 2, 3));
        einsum(cases, "i,j->ij", normal(3), normal(4));
        einsum(cases, "i,i", normal(4), normal(4));
        einsum(cases, "bij,bij->b", normal(2, 3, 2), normal(2, 3, 2));
        einsum(cases, "ijkl,klm->ijm", normal(2, 2, 3, 2), normal(3, 2, 3));
        einsum(cases, "ijk,kjm->im", normal(2, 3, 2), normal(2, 3, 3));
        einsum(cases, "...ij,...jk", normal(2, 1, 3, 2), normal(4, 2, 2));
        einsum(cases, "i...,i...", normal(3, 2), normal(3, 1));
        einsum(cases, "ij,ik,jk->", normal(3, 2), normal(3, 4), normal(2, 4));
        einsum(cases, "ab,bc,cd,da->bd", normal(2, 3), normal(3, 2), normal(2, 4), normal(4, 2));
        einsum(cases, "ij,kl->k", normal(2, 3), normal(2, 2));
        einsum(cases, "ij,j->i", normal(3, 1), normal(4));
        einsum(cases, "ij,jk->ik", normal(3, 0), normal(0, 2));
        products(cases);
        return cases;
    }

    private static void einsum(List<OpCase> cases, String equation, Input... operands) {
        String name = "einsum " + equation + (operands[0].shape().size() == 0 ? " of nothing" : "");
        cases.add(opCase(name, x -> Tensor.einsum(equation, x), operands));
    }

    private static void products(List<OpCase> cases) {
        cases.add(opCase("dot", x -> x[0].dot(x[1]), normal(5), normal(5)));
        cases.add(opCase("outer", x -> x[0].outer(x[1]), normal(3), normal(4)));
        cases.add(opCase("mv", x -> x[0].mv(x[1]), normal(3, 4), normal(4)));
        cases.add(opCase("bmm", x -> x[0].bmm(x[1]), normal(2, 3, 4), normal(2, 4, 2)));
        cases.add(
                opCase(
                        "addmm",
                        x -> x[0].addmm(x[1], x[2], 0.5, -2),
                        normal(2),
                        normal(3, 4),
                        normal(4, 2)));
        cases.add(
                opCase(
                        "tensordot",
                        x -> LinearAlgebra.tensordot(x[0].transpose(0, 1), x[1], 2),
                        normal(3, 2, 4),
                        normal(3, 4, 2)));
    }
}
