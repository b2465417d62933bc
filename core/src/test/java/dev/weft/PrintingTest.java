package dev.weft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicReference;

/** What NumPy prints for the same elements. */
@SuppressWarnings("StringConcatToTextBlock") // a text block would hide the spaces at lines' ends
class PrintingTest {
    private final Device device = Devices.open("reference");
    private final Scope scope = device.scope();

    @AfterEach
    void close() {
        scope.close();
        assertEquals(0, device.memory().liveBytes());
        device.close();
    }

    private Tensor f64(double... values) {
        return device.tensor(DType.F64, values);
    }

    private void prints(String expected, Tensor x) {
        assertEquals(expected, x.toString());
    }

    @Test
    void floatsInColumns() {
        prints("[1. 2. 3.]", f64(1.0, 2.0, 3.0));
        prints("[ 1.5   2.   -0.25]", f64(1.5, 2.0, -0.25));
        prints("[[  1.   10. ]\n [100.    0.5]]", f64(1.0, 10.0, 100.0, 0.5).reshape(2, 2));
        prints("[0.1 0.3]", f64(0.1, 0.30000000000000004));
        prints("[0.33333333 0.66666667]", f64(0.3333333333333333, 0.6666666666666666));
        prints("[-0.  0.]", f64(-0.0, 0.0));
        prints("[0.001 0.5  ]", f64(0.001, 0.5));
        prints("[999.5    1.25]", f64(999.5, 1.25));
        prints("[123456.12345679  99999.        ]", f64(123456.123456789, 99999.0));
    }

    @Test
    void floatsWithExponents() {
        prints("[1.e+08 1.e+00]", f64(100000000.0, 1.0));
        prints("[1.e-05 1.e+00]", f64(1e-05, 1.0));
        prints("[1.0000e+00 2.0005e+03 5.0000e-01]", f64(1.0, 2000.5, 0.5));
        prints("[1.e-300 1.e+300 0.e+000]", f64(1e-300, 1e+300, 0.0));
        prints("[ 1.23456789e+10 -1.00000000e+00]", f64(12345678901.2, -1.0));
        prints("[1.0e+100 2.5e-007]", f64(1e+100, 2.5e-07));
        prints("[99999999.9   100000. ]", f64(99999999.9, 100000.0));
    }

    @Test
    void specialNumbers() {
        prints("[nan  1. inf]", f64(0 / 0.0, 1.0, 1 / 0.0));
        prints("[  -inf 100.25]", f64(-1 / 0.0, 100.25));
        prints("[nan inf]", f64(0 / 0.0, 1 / 0.0));
        prints("[   inf   -inf 1.e+10]", f64(1 / 0.0, -1 / 0.0, 10000000000.0));
    }

    @Test
    void digitsOfTheType() {
        prints(
                "[0.1        0.33333334 2.7       ]",
                f64(0.1, 0.3333333333333333, 2.7).to(DType.F32));
        prints("[1.6777216e+07 1.0000000e-01]", f64(16777216.0, 0.1).to(DType.F32));
        prints("[0.1    0.3333 2.7   ]", f64(0.1, 0.3333333333333333, 2.7).to(DType.F16));
        prints("[1.e-08 6.e+04]", f64(1e-08, 60000.0).to(DType.F32));
        prints("[6.55e+04 6.00e-05]", f64(65504.0, 6e-05).to(DType.F16));
    }

    @Test
    void integersAndTruths() {
        prints("[  1 -20 300]", device.tensor(new long[] {1L, -20L, 300L}));
        prints("[[ 1  2]\n [ 3 -4]]", device.tensor(new long[] {1L, 2L, 3L, -4L}, 2, 2));
        prints("[9007199254740993]", device.tensor(new long[] {9007199254740993L}));
        prints(
                "[[[1]\n  [2]]\n\n [[3]\n  [4]]]",
                device.tensor(new long[] {1L, 2L, 3L, 4L}, 2, 2, 1));
        prints("[ True False]", device.tensor(new boolean[] {true, false}, 2));
        prints("[[ True  True]]", device.tensor(new boolean[] {true, true}, 1, 2));
        prints("[255   0]", device.tensor(DType.U8, new byte[] {-1, 0}));
    }

    @Test
    void scalarsAndNothing() {
        prints("1.0", f64(1.0).select(0, 0));
        prints("0.1", f64(0.1).select(0, 0));
        prints("1e-05", f64(1e-05).select(0, 0));
        prints("1e+20", f64(1e+20).select(0, 0));
        prints("123456789.0", f64(123456789.0).select(0, 0));
        prints("-0.0", f64(-0.0).select(0, 0));
        prints("nan", f64(0 / 0.0).select(0, 0));
        prints("7", device.tensor(new int[] {7}).select(0, 0));
        prints("True", device.tensor(new boolean[] {true}).select(0, 0));
        prints("[]", f64());
        prints("[]", device.zeros(2, 0));
    }

    @Test
    void linesAndCuts() {
        prints(
                "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
                        + " 24 25 26 27 28 29]",
                device.arange(DType.I64, 30).reshape(30));
        prints(
                "[[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19]\n"
                        + " [20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]]",
                device.arange(DType.I64, 40).reshape(2, 20));
        prints("[   0    1    2 ...  998  999 1000]", device.arange(DType.I64, 1001).reshape(1001));
        prints(
                "[[   0    1    2 ...   37   38   39]\n"
                        + " [  40   41   42 ...   77   78   79]\n"
                        + " [  80   81   82 ...  117  118  119]\n"
                        + " ...\n"
                        + " [1080 1081 1082 ... 1117 1118 1119]\n"
                        + " [1120 1121 1122 ... 1157 1158 1159]\n"
                        + " [1160 1161 1162 ... 1197 1198 1199]]",
                device.arange(DType.I64, 1200).reshape(30, 40));
        prints(
                "[[[   0    1    2 ...  147  148  149]\n"
                        + "  [ 150  151  152 ...  297  298  299]\n"
                        + "  [ 300  301  302 ...  447  448  449]\n"
                        + "  ...\n"
                        + "  [ 750  751  752 ...  897  898  899]\n"
                        + "  [ 900  901  902 ... 1047 1048 1049]\n"
                        + "  [1050 1051 1052 ... 1197 1198 1199]]\n\n"
                        + " [[1200 1201 1202 ... 1347 1348 1349]\n"
                        + "  [1350 1351 1352 ... 1497 1498 1499]\n"
                        + "  [1500 1501 1502 ... 1647 1648 1649]\n"
                        + "  ...\n"
                        + "  [1950 1951 1952 ... 2097 2098 2099]\n"
                        + "  [2100 2101 2102 ... 2247 2248 2249]\n"
                        + "  [2250 2251 2252 ... 2397 2398 2399]]]",
                device.arange(DType.I64, 2400).reshape(2, 8, 150));
        prints(
                "[[[ 0  1  2  3]\n"
                        + "  [ 4  5  6  7]\n"
                        + "  [ 8  9 10 11]]\n\n"
                        + " [[12 13 14 15]\n"
                        + "  [16 17 18 19]\n"
                        + "  [20 21 22 23]]]",
                device.arange(DType.I64, 24).reshape(2, 3, 4));
        prints(
                "[[  0   1   2   3   4   5   6   7   8   9  10  11  12  13  14  15  16  17\n"
                    + "   18  19  20  21  22  23  24  25  26  27  28  29  30  31  32  33  34  35\n"
                    + "   36  37  38  39  40  41  42  43  44  45  46  47  48  49  50  51  52  53\n"
                    + "   54  55  56  57  58  59  60  61  62  63  64  65  66  67  68  69  70  71\n"
                    + "   72  73  74  75  76  77  78  79  80  81  82  83  84  85  86  87  88  89\n"
                    + "   90  91  92  93  94  95  96  97  98  99]\n"
                    + " [100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117\n"
                    + "  118 119 120 121 122 123 124 125 126 127 128 129 130 131 132 133 134 135\n"
                    + "  136 137 138 139 140 141 142 143 144 145 146 147 148 149 150 151 152 153\n"
                    + "  154 155 156 157 158 159 160 161 162 163 164 165 166 167 168 169 170 171\n"
                    + "  172 173 174 175 176 177 178 179 180 181 182 183 184 185 186 187 188 189\n"
                    + "  190 191 192 193 194 195 196 197 198 199]\n"
                    + " [200 201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217\n"
                    + "  218 219 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235\n"
                    + "  236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253\n"
                    + "  254 255 256 257 258 259 260 261 262 263 264 265 266 267 268 269 270 271\n"
                    + "  272 273 274 275 276 277 278 279 280 281 282 283 284 285 286 287 288 289\n"
                    + "  290 291 292 293 294 295 296 297 298 299]\n"
                    + " [300 301 302 303 304 305 306 307 308 309 310 311 312 313 314 315 316 317\n"
                    + "  318 319 320 321 322 323 324 325 326 327 328 329 330 331 332 333 334 335\n"
                    + "  336 337 338 339 340 341 342 343 344 345 346 347 348 349 350 351 352 353\n"
                    + "  354 355 356 357 358 359 360 361 362 363 364 365 366 367 368 369 370 371\n"
                    + "  372 373 374 375 376 377 378 379 380 381 382 383 384 385 386 387 388 389\n"
                    + "  390 391 392 393 394 395 396 397 398 399]\n"
                    + " [400 401 402 403 404 405 406 407 408 409 410 411 412 413 414 415 416 417\n"
                    + "  418 419 420 421 422 423 424 425 426 427 428 429 430 431 432 433 434 435\n"
                    + "  436 437 438 439 440 441 442 443 444 445 446 447 448 449 450 451 452 453\n"
                    + "  454 455 456 457 458 459 460 461 462 463 464 465 466 467 468 469 470 471\n"
                    + "  472 473 474 475 476 477 478 479 480 481 482 483 484 485 486 487 488 489\n"
                    + "  490 491 492 493 494 495 496 497 498 499]\n"
                    + " [500 501 502 503 504 505 506 507 508 509 510 511 512 513 514 515 516 517\n"
                    + "  518 519 520 521 522 523 524 525 526 527 528 529 530 531 532 533 534 535\n"
                    + "  536 537 538 539 540 541 542 543 544 545 546 547 548 549 550 551 552 553\n"
                    + "  554 555 556 557 558 559 560 561 562 563 564 565 566 567 568 569 570 571\n"
                    + "  572 573 574 575 576 577 578 579 580 581 582 583 584 585 586 587 588 589\n"
                    + "  590 591 592 593 594 595 596 597 598 599]\n"
                    + " [600 601 602 603 604 605 606 607 608 609 610 611 612 613 614 615 616 617\n"
                    + "  618 619 620 621 622 623 624 625 626 627 628 629 630 631 632 633 634 635\n"
                    + "  636 637 638 639 640 641 642 643 644 645 646 647 648 649 650 651 652 653\n"
                    + "  654 655 656 657 658 659 660 661 662 663 664 665 666 667 668 669 670 671\n"
                    + "  672 673 674 675 676 677 678 679 680 681 682 683 684 685 686 687 688 689\n"
                    + "  690 691 692 693 694 695 696 697 698 699]\n"
                    + " [700 701 702 703 704 705 706 707 708 709 710 711 712 713 714 715 716 717\n"
                    + "  718 719 720 721 722 723 724 725 726 727 728 729 730 731 732 733 734 735\n"
                    + "  736 737 738 739 740 741 742 743 744 745 746 747 748 749 750 751 752 753\n"
                    + "  754 755 756 757 758 759 760 761 762 763 764 765 766 767 768 769 770 771\n"
                    + "  772 773 774 775 776 777 778 779 780 781 782 783 784 785 786 787 788 789\n"
                    + "  790 791 792 793 794 795 796 797 798 799]\n"
                    + " [800 801 802 803 804 805 806 807 808 809 810 811 812 813 814 815 816 817\n"
                    + "  818 819 820 821 822 823 824 825 826 827 828 829 830 831 832 833 834 835\n"
                    + "  836 837 838 839 840 841 842 843 844 845 846 847 848 849 850 851 852 853\n"
                    + "  854 855 856 857 858 859 860 861 862 863 864 865 866 867 868 869 870 871\n"
                    + "  872 873 874 875 876 877 878 879 880 881 882 883 884 885 886 887 888 889\n"
                    + "  890 891 892 893 894 895 896 897 898 899]\n"
                    + " [900 901 902 903 904 905 906 907 908 909 910 911 912 913 914 915 916 917\n"
                    + "  918 919 920 921 922 923 924 925 926 927 928 929 930 931 932 933 934 935\n"
                    + "  936 937 938 939 940 941 942 943 944 945 946 947 948 949 950 951 952 953\n"
                    + "  954 955 956 957 958 959 960 961 962 963 964 965 966 967 968 969 970 971\n"
                    + "  972 973 974 975 976 977 978 979 980 981 982 983 984 985 986 987 988 989\n"
                    + "  990 991 992 993 994 995 996 997 998 999]]",
                device.arange(DType.I64, 1000).reshape(10, 100));
        prints(
                "[0.         0.04166667 0.08333333 0.125      0.16666667 0.20833333\n"
                        + " 0.25       0.29166667 0.33333333 0.375      0.41666667 0.45833333\n"
                        + " 0.5        0.54166667 0.58333333 0.625      0.66666667 0.70833333\n"
                        + " 0.75       0.79166667 0.83333333 0.875      0.91666667 0.95833333\n"
                        + " 1.        ]",
                device.linspace(DType.F64, 0, 1, 25));
    }

    @Test
    void options() {
        Tensor x = device.linspace(DType.F64, 0, 1, 12);
        assertEquals(
                "[0.    0.091 0.182 0.273 0.364 0.455 0.545 0.636 0.727 0.818 0.909 1.   ]",
                x.toString(PrintOptions.defaults().precision(3)));
        assertEquals(
                "[0.         0.09090909 0.18181818 ... 0.81818182 0.90909091 1.        ]",
                x.toString(PrintOptions.defaults().threshold(5)));
        assertEquals("[0. ... 1.]", x.toString(PrintOptions.defaults().threshold(5).edgeItems(1)));
        assertEquals(
                "[0.\n"
                        + " 0.09090909\n"
                        + " 0.18181818\n"
                        + " 0.27272727\n"
                        + " 0.36363636\n"
                        + " 0.45454545\n"
                        + " 0.54545455\n"
                        + " 0.63636364\n"
                        + " 0.72727273\n"
                        + " 0.81818182\n"
                        + " 0.90909091\n"
                        + " 1.        ]",
                x.toString(PrintOptions.defaults().lineWidth(20)));
        assertEquals(
                "[0. 0. 0. 0. 0. 0. 1. 1. 1. 1. 1. 1.]",
                x.toString(PrintOptions.defaults().precision(0)));
    }

    @Test
    void whatCannotBeReadIsDescribed() throws InterruptedException {
        Tensor x = f64(1, 2).named("x");
        assertEquals("tensor 'x' ([2] F64 on reference) [1. 2.]", "%s %#s".formatted(x, x));
        AtomicReference<String> seen = new AtomicReference<>();
        Thread other = new Thread(() -> seen.set(x.toString()));
        other.start();
        other.join();
        assertEquals("tensor 'x' ([2] F64 on reference)", seen.get());
        device.capture(() -> seen.set(x.add(1).toString())).close();
        assertEquals("tensor ([2] F64 on reference)", seen.get());
        x.close();
        assertEquals("tensor 'x' ([2] F64 on reference)", x.toString());
        assertThrows(IllegalStateException.class, () -> x.toString(PrintOptions.defaults()));
    }

    @Test
    void optionsAreChecked() {
        PrintOptions options = PrintOptions.defaults();
        assertEquals(
                new PrintOptions(2, 4, 1, 30),
                options.precision(2).threshold(4).edgeItems(1).lineWidth(30));
        var error = assertThrows(IllegalArgumentException.class, () -> options.edgeItems(-1));
        assertTrue(error.toString().contains("edge items -1"), error.toString());
    }

    /** As in a shell whose commands have a thread each, and whose own prints what they give. */
    @Test
    void printingLeavesTheDeviceToTheNextThread() throws InterruptedException {
        Device[] opened = new Device[1];
        Tensor[] made = new Tensor[2];
        Thread first =
                new Thread(
                        () -> {
                            opened[0] = Devices.open("reference");
                            made[0] = opened[0].tensor(new int[] {1, 2});
                        });
        first.start();
        first.join();
        assertEquals("[1 2]", made[0].toString());
        Thread next =
                new Thread(
                        () -> {
                            made[1] = made[0].add(1);
                            made[0].close();
                        });
        next.start();
        next.join();
        assertEquals("[2 3]", made[1].toString());
        made[1].close();
        opened[0].close();
    }
}
