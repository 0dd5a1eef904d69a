-- No numerator of a coverage exceeds its denominator.
select
    period,
    org_unit_code,
    'enterprises' as subject
from {{ ref('mart_enterprise_coverage') }}
where with_union > enterprises

union all

select
    period,
    org_unit_code,
    'agreements' as subject
from {{ ref('mart_agreement_coverage') }}
where with_agreement > eligible_units_reported or eligible_units_reported > eligible_units
