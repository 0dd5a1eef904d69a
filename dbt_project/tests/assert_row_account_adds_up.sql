-- Every non-empty row found in a file is accounted for.
select *
from {{ ref('fct_submission') }}
where
    rows_found <> rows_preamble + rows_header + rows_total + rows_footer + rows_accepted + rows_returned
